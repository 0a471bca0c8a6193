"""What visitors notice while everything the product needs is taken away in turn: `make faults`."""
