"""Room of one module a page: the page function and its State."""
