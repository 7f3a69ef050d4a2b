"""Privacy: what is kept about persons and why, how long, who read it, how it is erased and how it leaves."""
