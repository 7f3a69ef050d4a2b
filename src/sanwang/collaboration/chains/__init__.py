"""Industrial chains: the model, its diagnosis, what fails with what, and the three lists."""
