"""Simulators of other companies' systems. They meet the product over HTTP, OAuth and mail."""
