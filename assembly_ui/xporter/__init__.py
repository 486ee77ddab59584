"""Room of the client for Xporter on Demand."""
