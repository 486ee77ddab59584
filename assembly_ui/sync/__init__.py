"""Reading a school's data from Xporter on Demand and keeping it as Assembly records."""
