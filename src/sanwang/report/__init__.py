"""Drawings, the one page and the one workbook: how a result looks."""
