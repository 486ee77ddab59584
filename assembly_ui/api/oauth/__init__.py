"""OAuth 2 (RFC 6749) with PKCE (7636), revocation (7009), metadata (8414) and issuer (9207).

Plain code over `apps`, which holds every decision: the known clients need forms of the
token call that no library reads, and libraries bring their own idea of where rows live.
"""
