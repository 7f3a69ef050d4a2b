"""Small chains to test on."""

import random

from sanwang.collaboration.chains.chain import Link, Member, build


def random_chain(seed, links=7, firms=6, alternatives=True):
    """An acyclic chain with members that may stand at several links, in three cities."""
    draw = random.Random(seed)
    rows, members = [], []
    for n in range(links):
        inputs = tuple(f"L{i}" for i in range(n) if draw.random() < 0.45)
        either = (
            inputs
            if alternatives == "all"
            else tuple(i for i in inputs if alternatives and draw.random() < 0.4)
        )
        rows.append(Link(f"L{n}", f"环节{n}", inputs=inputs, alternatives=either))
        for firm in draw.sample(range(firms), draw.randint(1, 3)):
            members.append(
                Member(f"L{n}", f"F{firm}", f"企业{firm}", "firm", "core", capacity=float(draw.randint(1, 9)),
                       city=f"C{firm % 3}", city_name=f"城{firm % 3}", province="130000")
            )  # fmt: skip
    return build("T", "测试链", rows, members)
