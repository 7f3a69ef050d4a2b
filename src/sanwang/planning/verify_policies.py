"""Whether the routes of a written plan keep its policies, counted one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sanwang.region import Region
from sanwang.standards import places as gb2260

Row = Mapping[str, Any]


def policy_problems(region: Region, rows: Sequence[Row], policies: Sequence[Row]) -> Iterator[str]:
    """Each policy that the routes do not keep."""
    parents: dict[str, str | None] = dict(region["places"].select("code", "parent").iter_rows())
    sizes: dict[str, str | None] = dict(region["actors"].select("id", "size").iter_rows())
    firms: dict[str, str | None] = dict(region["needs"].select("id", "actor").iter_rows())
    makers = {r["id"]: r for r in region["makers"].to_dicts()}

    def inside(code: str | None, place: str) -> bool:
        seen: set[str] = set()
        while code is not None and code not in seen:
            if code == place:
                return True
            seen.add(code)
            official = gb2260.place(code)
            code = parents.get(code) or (official.parent if official else None)
        return False

    total = len(rows)
    for policy in policies:
        kind, place = policy["kind"], policy.get("place")
        landed = sum(place is None or inside(r["maker_place"], place) for r in rows)
        small = sum(sizes.get(firms[r["need"]] or "") in ("small", "micro") for r in rows)
        per_maker: defaultdict[str | None, int] = defaultdict(int)
        for r in rows:
            per_maker[r["maker"]] += 1
        emitted, used = (
            sum((makers[r["maker"]][c] or 0.0) for r in rows if r["maker"] in makers)
            for c in ("emissions", "land")
        )
        kept = {
            "least_share": lambda p=policy, n=landed: n >= p["share"] * total - 1e-6,
            "least_routes": lambda p=policy, n=landed: n >= p["count"],
            "most_maker_share": lambda p=policy, m=per_maker: (
                max(m.values(), default=0) <= p["share"] * total + 1e-6
            ),
            "least_small_share": lambda p=policy, n=small: n >= p["share"] * total - 1e-6,
            "small_credit": lambda: True,
            "most_emissions": lambda p=policy, e=emitted: e <= p["tonnes"] + 1e-6,
            "most_land": lambda p=policy, u=used: u <= p["square_metres"] + 1e-6,
        }[kind]()
        if not kept:
            yield f"policy {kind} is not kept / 未满足政策约束"
