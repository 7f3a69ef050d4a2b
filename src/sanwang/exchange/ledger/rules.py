"""The posting rules: which transfers each thing that happens to money makes. Plain functions from facts to legs.

A rule's code is written on every transfer it makes. ``rules.csv`` names each rule in words; a test holds the two
together. Nothing here touches the database: ``transfers.post`` makes the entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sanwang.exchange.errors import Refused
from sanwang.exchange.ledger.accounts import Account
from sanwang.exchange.ledger.transfers import Leg


def wallet(party: str, unit: str = "CNY") -> Account:
    """A party's free money."""
    return Account("wallet", party=party, unit=unit)


def escrow(deal: str, unit: str = "CNY") -> Account:
    """The money tied to a deal."""
    return Account("escrow", deal=deal, unit=unit)


def bank(rail: str, unit: str = "CNY") -> Account:
    """The balance at the institution behind a rail."""
    return Account("bank", deal=rail, unit=unit)


def suspense(rail: str, unit: str = "CNY") -> Account:
    """Money that came over a rail and that nobody has claimed."""
    return Account("suspense", deal=rail, unit=unit)


def received(rail: str, into: Account, amount: int) -> list[Leg]:
    """P5: money arrived with a reference of ours, for an escrow or a wallet."""
    return [Leg("P5", amount, bank(rail, into.unit), into)]


def unclaimed(rail: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """P6: money arrived without a reference of ours."""
    return [Leg("P6", amount, bank(rail, unit), suspense(rail, unit))]


def claimed(rail: str, into: Account, amount: int) -> list[Leg]:
    """P7: unclaimed money found its owner."""
    return [Leg("P7", amount, suspense(rail, into.unit), into)]


def undeclared(party: str, unit: str) -> Account:
    """What a party received in a foreign currency and has not declared yet."""
    return Account("undeclared", party=party, unit=unit)


def declared(party: str, amount: int, unit: str) -> list[Leg]:
    """P9: a receipt was declared: it is free to use."""
    return [Leg("P9", amount, undeclared(party, unit), wallet(party, unit))]


def sent_back(rail: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """P8: unclaimed money went back where it came from, as the rail confirmed."""
    return [Leg("P8", amount, suspense(rail, unit), bank(rail, unit))]


def released(rail: str, source: Account, amount: int) -> list[Leg]:
    """P1: a payout was released; its money is held until the rail answers."""
    return [Leg("P1", amount, source, bank(rail, source.unit), "hold")]


def confirmed(hold: str) -> list[Leg]:
    """P2: the rail confirmed the payout."""
    return [Leg("P2", 0, step="post", hold=hold)]


def rejected(hold: str) -> list[Leg]:
    """P3: the rail refused the payout; the money is free again."""
    return [Leg("P3", 0, step="void", hold=hold)]


def tied(buyer: str, deal: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """E1: the buyer's free money is tied to a deal."""
    return [Leg("E1", amount, wallet(buyer, unit), escrow(deal, unit))]


def funded(deal: str, seller: str, amount: int, retained: int = 0, unit: str = "CNY") -> list[Leg]:
    """E2: a milestone's money is held in the deal's escrow: the part due on acceptance, then the part retained.

    A part of nothing makes no leg.
    """
    if not 0 <= retained <= amount:
        raise Refused("amount", "more is retained than the milestone holds", "留存金额超过节点金额")
    parts = (amount - retained, retained)
    return [Leg("E2", part, escrow(deal, unit), wallet(seller, unit), "hold") for part in parts if part]


def accepted(hold: str, seller: str, fee: int = 0, unit: str = "CNY") -> list[Leg]:
    """E3: a milestone was accepted: its hold goes to the seller, who owes the service fee if there is one."""
    owed = [Leg("E3", fee, wallet(seller, unit), Account("fee", unit=unit))] if fee else []
    return [Leg("E3", 0, step="post", hold=hold), *owed]


def accepted_part(hold: str, deal: str, seller: str, part: int, rest: int, unit: str = "CNY") -> list[Leg]:
    """E3p: part of a milestone was accepted; the rest is held anew in the same entry, never free in between."""
    if rest <= 0:
        raise Refused("amount", "a part is less than the whole", "部分验收金额须小于冻结金额")
    return [
        Leg("E3p", part, step="post", hold=hold),
        Leg("E3p", rest, escrow(deal, unit), wallet(seller, unit), "hold"),
    ]


def refunded(holds: Sequence[str], deal: str, buyer: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """E4: a milestone or deal ended: its holds are void and the escrow's money goes back to the buyer."""
    back = [Leg("E4", amount, escrow(deal, unit), wallet(buyer, unit))] if amount else []
    return [*(Leg("E4", 0, step="void", hold=h) for h in holds), *back]


def settled(
    holds: Sequence[str], held: int, deal: str, shares: Mapping[str, int], unit: str = "CNY"
) -> list[Leg]:
    """E5: a dispute ended: the holds are void and what they held is split between the parties, to the fen."""
    if any(s < 0 for s in shares.values()) or sum(shares.values()) != held:
        raise Refused("split", "the parts must add up to what is held", "各方所得之和须等于冻结金额")
    parts = [Leg("E5", s, escrow(deal, unit), wallet(p, unit)) for p, s in sorted(shares.items()) if s]
    return [*(Leg("E5", 0, step="void", hold=h) for h in holds), *parts]


def redressed(respondent: str, complainant: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """K1: redress of a complaint is paid to who complained."""
    return [Leg("K1", amount, wallet(respondent, unit), wallet(complainant, unit))]


def used_data(buyer: str, holder: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """G1: a bill for the use of data is paid."""
    return [Leg("G1", amount, wallet(buyer, unit), wallet(holder, unit))]


def retention_over(hold: str) -> list[Leg]:
    """E6: the retention ended without a claim."""
    return [Leg("E6", 0, step="post", hold=hold)]


def promised(deal: str, buyer: str, seller: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """U1: a trial began: what would be due on conversion, in the memo book; no money moves."""
    return [_memo("U1", deal, buyer, seller, amount, unit)]


def converted(deal: str, buyer: str, seller: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """U2: the trial converted: the memo ends, the debt is due (its money comes by E1 and E2)."""
    return [_unmemo("U2", deal, buyer, seller, amount, unit)]


def given_back(deal: str, buyer: str, seller: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """U3: the trial ended without transfer: the memo ends, nothing is due."""
    return [_unmemo("U3", deal, buyer, seller, amount, unit)]


def compensated(buyer: str, seller: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """U4: use after the end of a trial was found; the buyer pays what both agreed or the arbiter said."""
    return [Leg("U4", amount, wallet(buyer, unit), wallet(seller, unit))]


def shared(institution: str, shares: Mapping[str, int], unit: str = "CNY") -> list[Leg]:
    """S1: the inventors' parts of what an institution received; ``shares`` from ``divided``."""
    found = sorted(shares.items())
    return [
        Leg("S1", s, wallet(institution, unit), Account("inventor", deal=i, unit=unit)) for i, s in found if s
    ]


def exchanged(institution: str, source: Account, given: int, into: Account, got: int) -> list[Leg]:
    """X1: currencies exchanged at an institution's rate: two transfers in two books, both or neither."""
    if source.unit == into.unit:
        raise Refused("currency", "the two currencies are the same", "两种货币相同")
    return [
        Leg("X1", given, source, Account("fx", deal=institution, unit=source.unit)),
        Leg("X1", got, Account("fx", deal=institution, unit=into.unit), into),
    ]


def booked_out(institution: str, rail: str, amount: int, unit: str) -> list[Leg]:
    """X2: what was given for another currency left the bank behind a rail: the institution's position ends with it."""
    return [Leg("X2", amount, Account("fx", deal=institution, unit=unit), bank(rail, unit))]


def booked_in(institution: str, rail: str, amount: int, unit: str) -> list[Leg]:
    """X2: what was got reached the bank behind a rail."""
    return [Leg("X2", amount, bank(rail, unit), Account("fx", deal=institution, unit=unit))]


def lodged(lodging: str, debtor: str, creditor: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """N1: a debt was lodged for a round and confirmed, in the memo book."""
    return [_memo("N1", lodging, debtor, creditor, amount, unit)]


def set_off(lodging: str, debtor: str, creditor: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """N2: an amount of a lodged debt was set off."""
    return [_unmemo("N2", lodging, debtor, creditor, amount, unit)] if amount else []


def unlodged(lodging: str, debtor: str, creditor: str, amount: int, unit: str = "CNY") -> list[Leg]:
    """N3: what was not set off leaves the round; it is owed as before."""
    return [_unmemo("N3", lodging, debtor, creditor, amount, unit)] if amount else []


def divided(base: int, parts: Mapping[str, int]) -> dict[str, int]:
    """An amount divided in proportion to whole numbers (basis points), to the fen: largest remainders first.

    The parts always add up to ``base``; equal remainders go by name. Raises Refused where the proportions are not all
    above zero.
    """
    whole = sum(parts.values())
    if base < 0 or not parts or any(p <= 0 for p in parts.values()):
        raise Refused("split", "every share must be above zero", "每份比例须大于零")
    given = {name: base * p // whole for name, p in parts.items()}
    order = sorted(parts, key=lambda n: (-(base * parts[n] % whole), n))
    for name in order[: base - sum(given.values())]:
        given[name] += 1
    return given


def _memo(code: str, deal: str, buyer: str, seller: str, amount: int, unit: str) -> Leg:
    return Leg(code, amount, Account("promise", buyer, deal, unit), Account("claim", seller, deal, unit))


def _unmemo(code: str, deal: str, buyer: str, seller: str, amount: int, unit: str) -> Leg:
    return Leg(code, amount, Account("claim", seller, deal, unit), Account("promise", buyer, deal, unit))
