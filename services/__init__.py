"""The work: five services of one shape. None imports another; they speak through `contracts`."""
