"""Room of the vocabulary of the screens: pure functions of their arguments."""
