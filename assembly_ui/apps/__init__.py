"""Apps: who they are, what they ask for, what a school allows them, and their tokens."""
