"""Room of the stand-ins for the outside world; no room knows them, they know no room.

It holds two, used in demo mode. The one for Groupcall's Xporter on Demand speaks to
the rest only over HTTP and mail: it answers the API calls the real service answers,
mails the invitation, lets the school decide on its own pages, installs on its own
clock and posts the authorisation callback. The one for SchoolBooking is in a folder of
its own, `schoolbooking/`, and speaks to the rest only over OAuth and HTTP.

`stand_in.py` connects the parts, `router.py` lists what it answers. Wire names
and the service's own words: the facts known of Xporter on Demand, of which the
client's `dialect.py` lists the inferred ones.
"""
