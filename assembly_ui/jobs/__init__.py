"""Background work: leases, due times, supervised tasks, worker pools."""
