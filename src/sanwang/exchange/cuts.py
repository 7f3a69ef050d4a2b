"""Which columns of a row its readers see: an operator of others' business, a side of what concerns two."""

from __future__ import annotations

from collections.abc import Mapping

OPEN: Mapping[str, tuple[str, ...]] = {
    "deal": (
        "id", "number", "state", "buyer", "seller", "broker", "type", "mode", "deadline_at", "opened_at", "version",
    ),
    "milestone": ("id", "deal", "no", "state", "due_on", "deadline_at", "version"),
    "registration": ("id", "deal", "state", "number", "place", "deadline_at", "version"),
    "trial": ("id", "deal", "state", "until_on", "deadline_at", "version"),
    "nda": ("id", "state", "discloser", "recipient", "until_on", "deadline_at", "version"),
    "border_list": (
        "id", "number", "state", "list_kind", "name", "source", "read", "on_day", "rows", "digest", "loaded_by",
        "deadline_at", "version",
    ),
    "counterparty": ("id", "number", "state", "deal", "party", "name", "screened_by", "hits", "deadline_at", "version"),
    "share": ("id", "number", "state", "deal", "institution", "edition", "deadline_at", "version"),
    "erasure": ("id", "number", "state", "deadline_at", "version"),
    "voucher": ("id", "number", "state", "debtor", "due_on", "deadline_at", "version"),
    "holding": ("id", "number", "state", "due_on", "deadline_at", "version"),
    "round": (
        "id", "number", "state", "name", "currency", "lodge_until_on", "effect_on", "solved", "lodged", "cleared",
        "harmless", "price", "left_out", "deadline_at", "version",
    ),
    "crossing": (
        "id", "number", "state", "party", "payee", "country", "screened_by", "hits", "deadline_at", "version",
    ),
    "data_asset": ("id", "number", "state", "version"),
    "data_product": ("id", "number", "state", "version"),
    "data_access": ("id", "number", "state", "holder", "buyer", "deadline_at", "version"),
    "data_bill": ("id", "number", "state", "holder", "buyer", "deadline_at", "version"),
    "data_dispute": ("id", "number", "state", "holder", "buyer", "words", "deadline_at", "version"),
}  # fmt: skip
"""What the operator sees of others' business: where it stands, not what was said."""

_HOLDING = (
    "id", "number", "state", "voucher", "holder", "debtor", "amount", "owed", "currency", "due_on", "registry_no",
    "recourse_to", "recourse_words", "noticed_at", "deadline_at", "version",
)  # fmt: skip
PART: Mapping[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "voucher": (frozenset({"debtor"}), (
        "id", "number", "state", "debtor", "first_holder", "face", "currency", "issued_on", "due_on", "long_why",
        "milestone", "invoice", "deadline_at", "version",
    )),
    "holding": (frozenset({"holder"}), _HOLDING),
    "round": (frozenset({"operator"}), (
        "id", "number", "state", "name", "currency", "harmless", "lodge_until_on", "effect_on", "deadline_at",
        "version",
    )),
    "fund": (frozenset({"fund_manager"}), (
        "id", "number", "state", "manager", "name", "currency", "terms", "text_digest", "close_on", "invest_until_on",
        "ends_on", "committed", "called", "paid_in", "invested", "came_back", "cost_back", "written_off",
        "distributed", "deadline_at", "version",
    )),
    "pilot": (frozenset({"applicant", "partner", "overseer"}), (
        "id", "number", "state", "applicant", "partner", "place", "title", "relaxes", "eases", "eased_to", "audience",
        "aim", "benefit", "safeguards", "complaint_way", "compensation", "exit_plan", "consent", "consent_digest",
        "measures", "comparison", "from_on", "until_on", "most_people", "most_person", "most_total",
        "most_complaints", "most_loss", "authority", "paper", "results", "deadline_at", "version",
    )),
    "investment": (frozenset({"fund_manager", "investee"}), (
        "id", "number", "state", "manager", "investee", "buyer", "currency", "asked", "deadline_at", "version",
    )),
}  # fmt: skip
"""Who sees a whole row, and what the other parties concerned see of it: nobody sees another's legs."""
