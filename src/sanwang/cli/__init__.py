"""The command line: thin, one function a command, in the words of the Python API."""

from sanwang.cli.app import main

__all__ = ["main"]
