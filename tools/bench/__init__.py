"""What `make bench` measures: one module a row of docs/benchmarks.md, and the table they make."""
