"""``python -m sanwang.cli``."""

from sanwang.cli.app import main

main()
