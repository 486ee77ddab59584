"""What developers run: environment, browser, benchmarks, screenshots. Not part of the product."""
