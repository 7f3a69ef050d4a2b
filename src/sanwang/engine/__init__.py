"""Where blocks of work run: this process, local processes, or a Ray cluster; the answer is the same bit for bit."""
