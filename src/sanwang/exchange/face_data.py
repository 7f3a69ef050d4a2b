"""The part of the exchange's face for data: offers, uses with their decision, the log of an access, lineage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sanwang.exchange import access, taking
from sanwang.exchange.data import shown, uses
from sanwang.exchange.face_watched import Watched
from sanwang.exchange.requests import once
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.who import Who


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in fields.items() if v not in (None, "", [], ())}


class WithData(Watched):
    """A store in which data are offered, used and billed."""

    def data_offers(self, who: Who) -> list[shown.Offer]:
        """Data products on offer with their clauses, newest first; for members."""
        return self._read(lambda tx: shown.offers(tx, self._now(tx, who)))

    def data_offer(self, who: Who, product: str) -> shown.Offer:
        """One data product with its clauses and the digest to agree to."""
        return self._read(lambda tx: shown.offer(tx, self._now(tx, who), product))

    def list_data(
        self,
        who: Who,
        listing: str,
        terms: Mapping[str, Any],
        personal: str | None,
        legal_basis: str | None = None,
        **price: Any,  # noqa: ANN401 - fields of the step
    ) -> tuple[str, str]:
        """Register a data asset and draft a product of it under frozen terms, both or neither; their ids.

        ``price``: pricing, price and cap (in the currency's smallest part), currency, unit. The party is the listing's.
        """

        def both(tx: Tx, now: Who) -> tuple[str, str]:
            party = access.seen(tx, now, "listing", listing)["party"]
            known = {
                "party": party,
                "title": terms.get("title"),
                "personal": personal,
                "legal_basis": legal_basis,
            }
            asset = taking.take(tx, now, "data_asset", None, "register", _said(known))
            drawn = {"asset": asset, "listing": listing, "data_terms": dict(terms)} | _said(price)
            return asset, taking.take(tx, now, "data_product", None, "draft", drawn)

        return self._write(who, both)

    def use_data(
        self,
        who: Who,
        access: str,
        action: str,
        *,
        deliver: bool = False,
        request: str | None = None,
        **more: Any,  # noqa: ANN401 - fields of the step
    ) -> dict[str, Any]:
        """Ask for a use (or a delivery) of data now; the decision with its clauses, as it was written down.

        ``more``: purpose, place, units, duties. ``request``: a key made by the client; the same again counts once.
        """
        data = {"action": action} | _said(more)
        event = "deliver" if deliver else "use"

        def ask(tx: Tx, now: Who) -> int:
            taking.take(tx, now, "data_access", access, event, data, request)
            return int(shown.own(tx, now, "data_access", access)["uses"])

        def asked(tx: Tx, now: Who) -> dict[str, Any]:
            whole = ["data_access", access, event, data]
            no = ask(tx, now) if request is None else once(tx, now, request, whole, lambda: ask(tx, now))
            return shown.use_row(next(u for u in uses.log(tx, access) if u["no"] == no))

        return self._write(who, asked)

    def data_log(self, who: Who, access: str) -> shown.Log:
        """Every use and delivery of an access with its sums; for its two sides."""
        return self._read(lambda tx: shown.log(tx, self._now(tx, who), access))

    def data_sources(self, who: Who, asset: str) -> list[Row]:
        """What a data asset was derived from; for its own people."""
        return self._read(lambda tx: shown.sources(tx, self._now(tx, who), asset))

    def data_touched(self, who: Who, access: str) -> list[dict[str, Any]]:
        """What hangs on an access further down; for who holds the data."""
        return self._read(lambda tx: shown.touched(tx, self._now(tx, who), access))
