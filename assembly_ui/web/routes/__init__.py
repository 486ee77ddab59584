"""Room of the HTTP routes beside the pages: forms, callbacks, health."""
