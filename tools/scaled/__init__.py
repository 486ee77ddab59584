"""The product as several processes on one machine, for trying out: `make run-scaled`."""
