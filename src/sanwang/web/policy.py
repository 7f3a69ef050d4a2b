"""The content policy of pages: nothing of other hosts, no script at all."""

STRICT = (
    "default-src 'self'; script-src 'none'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""What every page keeps to."""

DRAWN = f"{STRICT}; style-src 'self'; style-src-attr 'unsafe-inline'"
"""Of pages with drawings: their elements carry colours and widths as attributes; still no script and no style sheet
but ours."""
