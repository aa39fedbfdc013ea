"""How fast the portal is, beside the floor of the same machine (`python3 manage.py bench`).

Bounded, loopback only, stops by itself; nothing here is imported by the portal.
"""
