"""Taking a step, and saying which may be taken: the one way in which a state changes.

A take is one transaction: the row held, seen, the role, the data, the guards, the event, the effects, the row changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sanwang.errors import OptionError
from sanwang.exchange import access, events, given, standing
from sanwang.exchange.consents import second_is_there
from sanwang.exchange.deadlines import act, deadline_of
from sanwang.exchange.errors import NotFound, Refused
from sanwang.exchange.process import Transition, processes, spoken, words
from sanwang.exchange.steps import EFFECTS, GUARDS, OPENERS, Step
from sanwang.exchange.store import Row, Tx
from sanwang.exchange.who import Who


@dataclass(frozen=True)
class Choice:
    """A step out of the present state: whether the asker may take it now, and if not, why."""

    process: str
    event: str
    label: str
    may: bool
    why: str
    fields: tuple[str, ...]
    to: str
    two: str


def take(
    tx: Tx,
    who: Who,
    process: str,
    subject: str | None,
    event: str,
    data: Mapping[str, Any] | None = None,
    request: str | None = None,
) -> str:
    """Take a step; returns the subject's id.

    What is due happens first. Raises OptionError for an unknown process or wrong data, NotFound for what the asker may
    not see, Refused with the reason where the step may not be taken.
    """
    if process not in processes():
        known = ", ".join(processes())
        raise OptionError(
            f"no process is called {process!r}; {known}", f"没有 {process!r} 这一流程；有 {known}"
        )
    if subject is None:
        return _begin(tx, who, process, event, data or {}, request)
    row = access.locked(tx, who, process, subject)
    if who.agent == "person" and act(tx, processes()[process], subject):
        row = access.locked(tx, who, process, subject)
    return _go_on(tx, who, process, row, event, data or {}, request)


def _go_on(
    tx: Tx, who: Who, process: str, row: Row, event: str, data: Mapping[str, Any], request: str | None
) -> str:
    t, role = _transition(tx, who, process, row, event)
    step = _step(tx, who, t, row, given.read(t, data), role)
    _guarded(tx, t, step)
    if t.two and not second_is_there(tx, t, step, request):
        return step.subject
    state = row["state"] if t.to == "same" else t.to
    _tell(tx, step, row["state"], state, given.told(t, step.data), request)
    tx.change(access.table_of(process), row, state=state, deadline_at=deadline_of(tx, t, step))
    _effects(tx, t, step)
    return step.subject


def _begin(tx: Tx, who: Who, process: str, event: str, data: Mapping[str, Any], request: str | None) -> str:
    t = next((t for t in processes()[process].leaving(None) if t.event == event), None)
    if t is None:
        raise _no_such(process, event)
    step = Step(process, tx.id(), event, {}, given.read(t, data), tx.id(), who=who)
    columns = OPENERS[process](tx, step)
    step.row = (
        {c.name: None for c in access.table_of(process).columns} | columns | {"id": step.subject, "state": ""}
    )
    role = _role(tx, who, process, step.row, t)
    step.party = standing.acting_for(tx, who, process, step.row, role)
    _guarded(tx, t, step)
    _tell(tx, step, None, t.to, given.told(t, step.data), request)
    made = columns | {"id": step.subject, "state": t.to, "version": 1}
    deadline = deadline_of(tx, t, step)
    tx.insert(access.table_of(process), **made, **({"deadline_at": deadline} if deadline else {}))
    _effects(tx, t, step)
    return step.subject


def _step(tx: Tx, who: Who, t: Transition, row: Row, data: Mapping[str, Any], role: str) -> Step:
    party = standing.acting_for(tx, who, t.process, row, role)
    return Step(t.process, row["id"], t.event, row, data, tx.id(), party=party, who=who)


def _tell(
    tx: Tx, step: Step, before: str | None, after: str, data: dict[str, Any], request: str | None
) -> None:
    events.append(
        tx, id=step.event, process=step.process, subject=step.subject, take=step.take, from_state=before,
        to_state=after, user=step.who.user, party=step.party, agent=step.who.agent, data=data, request=request,
    )  # fmt: skip


def _effects(tx: Tx, t: Transition, step: Step) -> None:
    for name in t.effects:
        EFFECTS[name](tx, step)
    if step.changes:
        table = access.table_of(step.process)
        tx.execute(table.update().where(table.c.id == step.subject), step.changes)


def _transition(tx: Tx, who: Who, process: str, row: Row, event: str) -> tuple[Transition, str]:
    """The transition of that name out of the row's state that the asker may take, and in which role."""
    found = [t for t in processes()[process].leaving(row["state"]) if t.event == event]
    if not found:
        raise _not_now(process, row["state"], event)
    roles = standing.roles(tx, who, process, row)
    for t in found:
        for role in t.by:
            if role in roles:
                return t, role
    raise _not_yours(found)


def _role(tx: Tx, who: Who, process: str, row: Row, t: Transition) -> str:
    roles = standing.roles(tx, who, process, row)
    for role in t.by:
        if role in roles:
            return role
    raise _not_yours([t])


def _guarded(tx: Tx, t: Transition, step: Step) -> None:
    for name in t.guards:
        terms = GUARDS[name](tx, step)
        if terms is not None:
            raise Refused(name, spoken("guards", name, "en", **terms), spoken("guards", name, "zh", **terms))


def _no_such(process: str, event: str) -> OptionError:
    one = processes()[process]
    known = ", ".join(t.event for t in one.leaving(None))
    return OptionError(
        f"{one.en} does not begin with {event!r}; {known}", f"{one.zh}不以 {event!r} 开始；可 {known}"
    )


def _not_now(process: str, state: str, event: str) -> Refused:
    one = processes()[process]
    ways = {
        lang: "、".join(dict.fromkeys(t.label(lang) for t in one.leaving(state))) for lang in ("zh", "en")
    }
    return Refused(
        "state",
        f"{one.en} is {one.state(state, 'en')}: {event!r} is no step from there; steps: {ways['en'] or 'none'}",
        f"{one.zh}处于“{one.state(state, 'zh')}”，不能 {event!r}；可有：{ways['zh'] or '无'}",
    )


def _not_yours(found: list[Transition]) -> Refused:
    return Refused("role", _only(found, "en"), _only(found, "zh"))


def _only(found: list[Transition], lang: str) -> str:
    roles = dict.fromkeys(role for t in found for role in t.by)
    named = ("、" if lang == "zh" else " or ").join(spoken("roles", r, lang) for r in roles)
    return f"须由{named}办理" if lang == "zh" else f"only {named} may do that"


def allowed(tx: Tx, who: Who, process: str, subject: str, lang: str = "zh") -> list[Choice]:
    """Every step out of the subject's state: what the asker may do now, and why not the rest.

    Guards that judge what will be given with the step are left to the step itself. Raises NotFound for what the asker
    may not see.
    """
    if process not in processes():
        raise NotFound
    row = access.seen(tx, who, process, subject)
    roles = standing.roles(tx, who, process, row)
    return [_choice(tx, who, t, row, roles, lang) for t in processes()[process].leaving(row["state"])]


_DUE = {"zh": "期限已到，先由系统处理", "en": "its deadline has come: the clock acts first"}


def _choice(tx: Tx, who: Who, t: Transition, row: Row, roles: frozenset[str], lang: str) -> Choice:
    role = next((r for r in t.by if r in roles), None)
    due = row["deadline_at"] is not None and row["deadline_at"] <= tx.now
    if due and "clock" not in t.by:
        role = None
    why = (
        _DUE[lang]
        if due
        else _only([t], lang)
        if role is None
        else "; ".join(_against(tx, _step(tx, who, t, row, {}, role), t, lang))
    )
    return Choice(
        process=t.process,
        event=t.event,
        label=t.label(lang),
        may=not why,
        why=why,
        fields=tuple(f.name + ("!" if f.required else "") for f in t.data),
        to=processes()[t.process].state(row["state"] if t.to == "same" else t.to, lang),
        two=t.two,
    )


def _against(tx: Tx, step: Step, t: Transition, lang: str) -> Iterator[str]:
    for name in t.guards:
        if words("guards")[name]["needs"]:
            continue
        terms = GUARDS[name](tx, step)
        if terms is not None:
            yield spoken("guards", name, lang, **terms)
