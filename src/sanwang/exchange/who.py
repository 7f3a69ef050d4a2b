"""Who acts: a person with grants, or one of the three agents that are no person."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "member", "manager", "signer", "payer", "releaser", "reviewer", "arbiter", "registrar", "planner", "financier",
    "overseer", "analyst", "operator", "auditor",
)  # fmt: skip
"""What a grant can give."""

INSIDE = ("member", "manager", "signer", "payer", "releaser")
"""Roles of the people of a party."""


@dataclass(frozen=True)
class Grant:
    """A role in a scope: ``platform`` (scope ''), ``party``, ``place`` (and what lies in it), ``chain`` or ``deal``."""

    role: str
    scope_kind: str
    scope: str


@dataclass(frozen=True)
class Who:
    """A person signed in, with the grants in force on the day; or an agent. A visitor has no user."""

    user: str | None = None
    name: str = ""
    locale: str = "zh"
    grants: tuple[Grant, ...] = ()
    verified: frozenset[str] = frozenset()
    agent: str = "person"

    @property
    def is_member(self) -> bool:
        """Whether the person reads what members read: people of a verified party, and planners and overseers."""
        official = any(g.role in ("planner", "overseer") for g in self.grants)
        return official or bool(self.parties & self.verified)

    @property
    def parties(self) -> frozenset[str]:
        """Parties the person belongs to."""
        return frozenset(g.scope for g in self.grants if g.scope_kind == "party" and g.role in INSIDE)

    def has(self, role: str, scope_kind: str = "platform", scope: str = "") -> bool:
        """Whether the role was given in exactly this scope."""
        return Grant(role, scope_kind, scope) in self.grants

    def for_party(self, party: str | None, *roles: str) -> bool:
        """Whether the person has one of the roles in a party."""
        return any(self.has(role, "party", party) for role in roles) if party else False

    def at(self, role: str, place: str | None) -> bool:
        """Whether the role was given for the platform or for a place around this one (GB/T 2260)."""
        return any(
            g.role == role
            and (g.scope_kind == "platform" or (g.scope_kind == "place" and within(place, g.scope)))
            for g in self.grants
        )


VISITOR = Who()
CLOCK = Who(agent="clock", name="clock")
RAIL = Who(agent="rail", name="rail")
EXCHANGE = Who(agent="exchange", name="exchange")


def within(place: str | None, around: str) -> bool:
    """Whether a division lies in another: its code begins with that one's stem."""
    return place is not None and place.startswith(stem(around))


def stem(place: str) -> str:
    """A division's code less its closing zeros in pairs: what the codes of all that lie in it begin with."""
    while len(place) > 2 and place.endswith("00"):
        place = place[:-2]
    return place
