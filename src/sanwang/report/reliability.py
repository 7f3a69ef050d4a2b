"""The reliability diagram: what share of pairs worked, beside the probability that was stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sanwang.collaboration.calibration import Calibration

SIZE, EDGE = 360, 48


def reliability_svg(found: Calibration, lang: str = "zh") -> str:
    """An SVG picture: a point a bin, its area the number of pairs, and the diagonal on which points should lie."""
    zh = lang == "zh"
    side = SIZE - 2 * EDGE
    most = max(n for _, _, n in found.bins)

    def x(value: float) -> float:
        return round(EDGE + side * value, 1)

    def y(value: float) -> float:
        return round(SIZE - EDGE - side * value, 1)

    points = "".join(
        f'<circle cx="{x(p)}" cy="{y(share)}" r="{3 + 6 * (n / most) ** 0.5:.1f}"><title>{p:.2f} → {share:.2f} ({n})'
        "</title></circle>"
        for p, share, n in found.bins
    )
    ticks = "".join(
        f'<text x="{x(v)}" y="{SIZE - EDGE + 18}" text-anchor="middle">{v:g}</text>'
        f'<text x="{EDGE - 8}" y="{y(v) + 4}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    pairs = f"{found.pairs:,} {'对' if zh else 'pairs'}"
    title = f"ECE {found.ece:.3f} · Brier {found.brier:.3f} · {pairs} · {found.method}"
    stated, seen = ("给出的概率", "实际成功的比例") if zh else ("stated probability", "observed share")
    line = " ".join(f"{x(p)},{y(share)}" for p, share, _ in found.bins)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
        f'<rect x="{EDGE}" y="{EDGE}" width="{side}" height="{side}" fill="none" stroke="#ccc"/>'
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="4 4"/>'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8"/><g fill="#1f5fa8" fill-opacity=".8">{points}</g>'
        f'<g fill="#444">{ticks}<text x="{SIZE / 2}" y="24" text-anchor="middle">{title}</text>'
        f'<text x="{SIZE / 2}" y="{SIZE - 10}" text-anchor="middle">{stated}</text>'
        f'<text x="14" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 {SIZE / 2})">{seen}</text>'
        "</g></svg>\n"
    )
