"""Demo mode only: schools in a known state, made as people make them."""
