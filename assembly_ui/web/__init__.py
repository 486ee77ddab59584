"""Room of everything a person sees."""
