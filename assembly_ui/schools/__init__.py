"""Room of schools: the register and its search, school set-up, membership, invitations."""
