"""Room of the connection of a school to its data: facts, status, grant, test, watch."""
