"""From what Xporter on Demand gave to the records that apps read. Pure."""
