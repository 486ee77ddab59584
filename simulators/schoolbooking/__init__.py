"""The stand-in for SchoolBooking: another company's product that a school lets read its data.

It is a relying party like any other. It knows Assembly only by its public address:
people come by the install address, log in to SchoolBooking, are sent to Assembly and
come back with a code; everything else is read over the API with the tokens it got.

`booking.py` connects the parts, `router.py` lists what it answers, `reading.py` is what
it does by itself. It sees what a school shares and nothing else, so its tests need no
part of Assembly.
"""
