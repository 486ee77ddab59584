"""Attacks on the product: each discovers what there is, so that a new page is attacked too."""
