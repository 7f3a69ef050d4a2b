"""A market that is watched: overseers, analysts, and steps after which a rule speaks."""

from __future__ import annotations

from tests_market import market, need, published

from sanwang.exchange import people
from sanwang.exchange.who import EXCHANGE

TITLES = (
    "",
    "燃料电池",
    "海水淡化膜",
    "机器人关节",
    "光伏清洗",
    "低温阀门",
    "医用导管",
    "量子钟",
    "水泥窑",
    "热泵",
    "航空铝材",
    "麦类育种",
    "废水除氟",
    "隧道照明",
    "激光雷达",
    "钠电池",
    "人工晶体",
)
OFFICES = {"overseer": 4, "analyst": 3}


def watched_market(store, clock):
    """The market of the tests with four overseers and three analysts: overseer_1 …, analyst_1 …"""
    return watched(market(store, clock))


def watched(made):
    """A market with overseers and analysts besides."""

    def add(tx):
        for role, many in OFFICES.items():
            for n in range(1, many + 1):
                user = people.add_user(tx, EXCHANGE, f"{role}_{n}", f"{role}_{n}", "", kept="x")
                people.grant(tx, EXCHANGE, user, role)
                yield f"{role}_{n}", user

    made.who |= {n: made.x.person(u) for n, u in made.x.store.run(lambda tx: dict(add(tx))).items()}
    made.n = 0
    return made


def resold(m, who="other_member", actor="A0003"):
    """A listing of the firm's published again by another party; from the second on a rule speaks."""
    if not m.n:
        published(m, "firm_member", "needs", need())
    m.n += 1
    return published(m, who, "needs", need(id=f"RE{m.n}", actor=actor, title=TITLES[m.n]))


def watch(m):
    """Seal, and let the rules speak; how many alerts and cases."""
    m.x.seal()
    return m.x.watch()


def rows(m, table, **its):
    """Rows of a table in the order of their ids."""
    with m.x.store.read() as tx:
        asked = table.select().where(*(table.c[n] == x for n, x in its.items()))
        return tx.all(asked.order_by(table.c.id))


def the_case(m):
    """A case about a listing that was resold; its id."""
    from sanwang.exchange.tables.casework import cases

    resold(m)
    watch(m)
    return rows(m, cases)[-1]["id"]
