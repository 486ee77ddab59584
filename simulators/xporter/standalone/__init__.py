"""The stand-in as a program of its own, for whoever writes a client of Xporter on Demand."""
