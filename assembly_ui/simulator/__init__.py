"""Room of stand-ins for the outside world; speaks to the rest only over HTTP and mail."""
