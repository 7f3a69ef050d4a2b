"""Every route of a small region in plain arithmetic, and the best plan by trying them all; no code of the planner.

Under policies the enumerated routes go into a program of their own (SciPy), row by row from the tables."""

import datetime as dt
import itertools
import math
from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

PARENT = {"110108": "110000", "120116": "120000", "130100": "130000", "130200": "130000"}
SERVICES = {
    "design": (1, 5),
    "performance": (3, 7),
    "process": (3, 7),
    "adaptation": (5, 9),
    "production": (6, 9),
}


def routes(region, matches, years, given, every=False, first=0, transfers=True):
    """All routes as (need, worth, {row: units}), worth in fen; rows as capacities() has them.

    ``transfers``: licences and interest count as cost. ``every``: losses too; none begins before month ``first``.
    """
    t = {
        k: region[k].sort("id").to_dicts()
        for k in ("needs", "achievements", "bases", "makers", "products", "factors")
    }
    homes = dict(region["actors"].select("id", "place").iter_rows())
    walls = {(b["origin"], b["destination"], b["factor"]): b for b in region["barriers"].to_dicts()}
    points = dict(region["points"].select("actor", "value").iter_rows())
    needs = {n["id"]: n for n in t["needs"]}
    results = {a["id"]: a for a in t["achievements"]}
    left_of = {}
    for n in t["needs"]:
        due = n["deadline"]
        left_of[n["id"]] = (
            len(years) * 12
            if due is None
            else min(len(years) * 12, whole_months(dt.date(years[0], 1, 1), due))
        )

    def cross(a, b, factor):
        if a is None or b is None or a == b:
            return 0.0, 0
        wall = walls.get((PARENT[a], PARENT[b], factor))
        return (wall["cost_rate"], wall["delay_days"]) if wall else (0.0, 0)

    def now(amount, month):
        return round(amount / (1 + given.discount_rate) ** (max(0, month - first) / 12))

    def now1(month):
        return (1 + given.discount_rate) ** (-max(0, month - first) / 12)

    for n_id, a_id, score in matches.frame.select("need", "achievement", "score").iter_rows():
        if score < given.min_score:
            continue
        need, result = needs[n_id], results[a_id]
        here, target = homes[result["owner"]], homes[need["actor"]]
        gap = max(0, need["trl_required"] - result["trl"])
        stations = [(None, None)] if gap <= given.gap_limit else []
        for b in t["bases"] if 0 < gap <= given.gap_limit_pilot else []:
            if not b["capacity"]:
                continue
            able = [s for s in b["services"] or [] if SERVICES[s][0] <= result["trl"] <= SERVICES[s][1]]
            if b["service_capacity"]:
                stations += [(b, s) for s in able]
            elif able or not b["services"]:
                stations.append((b, None))
        makers = [m for m in t["makers"] if m["capacity"]]
        for (base, service), maker, year in itertools.product(stations, makers, years):
            begin, develop = year - years[0], gap * int(given.months_per_level)
            pilot = base["months"] if base else 0
            opens = max(12 * begin, first)
            at_base, at_maker = (opens + develop) // 12, (opens + develop + pilot) // 12
            stops = [(here, result["ask"])] + ([(homes[base["actor"]], base["price"])] if base else [])
            stops += [(homes[maker["actor"]], maker["setup"]), (target, 0)]
            legs = [(*cross(a, b, "technology"), paid) for (a, paid), (b, _) in itertools.pairwise(stops)]
            days = sum(d for _, d, _ in legs)
            outlay = sum(paid for _, paid in stops)
            match = (
                given.prior_strong
                if score >= 0.9
                else given.prior_fair
                if score >= 0.65
                else given.prior_weak
            )
            technical, to_pilot, to_production = gated(given, gap, base, match)
            chance = match * technical
            stages = {"development": begin, "pilot": at_base, "production": at_maker}
            runs = {"development": gap > 0, "pilot": base is not None, "production": True}
            wanted = [
                (r["factor"], r["class"], r["units"], stages[r["stage"]], list(stages).index(r["stage"]))
                for r in region["requirements"].to_dicts()
                if runs[r["stage"]]
            ]
            ways = [[f for f in t["factors"] if (f["factor"], f["class"]) == w[:2]] for w in wanted]
            for offers in itertools.product(*ways):
                for lender, backer in packages(t["products"], need, result, target, points, outlay):
                    principal = interest = crossing = wait = 0
                    if lender:
                        principal = max(
                            outlay - need["budget"], *(x["ticket_min"] for x in (lender, backer) if x), 0
                        )
                        tops = [x[c] for x in (lender, backer) if x for c in ("ticket_max", "budget")]
                        if principal > min(tops) or (
                            lender["kind"] == "lease" and principal > maker["setup"]
                        ):
                            continue
                        rate = lender["rate"] + (backer["rate"] if backer else 0)
                        interest = rate * lender["months"] / 12
                        crossing, wait = cross(homes[lender["actor"]], target, "capital")
                    months = develop + pilot + maker["months"] + math.ceil((days + wait) / 30)
                    if opens + months > left_of[n_id]:
                        continue
                    drawn = drawing(result["ask"], base["price"] if base else 0, maker["setup"], principal)
                    when = (begin, at_base, at_maker)
                    begun = (1.0, to_pilot, to_production)
                    total = sum(d * c * now1(12 * y) for d, c, y in zip(drawn, begun, when, strict=True))
                    border = sum(
                        rate * paid * (to_pilot * now1(12 * at_base) if base and i == 0
                                       else to_production * now1(12 * at_maker))
                        for i, (rate, _, paid) in enumerate(legs)
                    )  # fmt: skip
                    worth = now(chance * need["value"], opens + months)
                    worth -= transfers * now(result["ask"], opens)
                    worth -= now(to_pilot * base["price"], 12 * at_base) if base else 0
                    worth -= now(to_production * maker["setup"], 12 * at_maker)
                    worth -= transfers * round(total * interest) + round(total * crossing) + round(border)
                    takes = defaultdict(float)
                    takes["achievement", a_id] += 1
                    takes["maker", maker["id"], at_maker] += 1
                    if base:
                        takes["base", base["id"], at_base] += 1
                        if service:
                            takes["service", base["id"], service, at_base] += 1
                    for (factor, _, units, year_, stage), offer in zip(wanted, offers, strict=True):
                        paid = units * offer["price"] * begun[stage]
                        worth -= now(paid, 12 * year_) + now(
                            paid * cross(homes[offer["actor"]], target, factor)[0], 12 * year_
                        )
                        takes["factor", offer["id"], year_] += units
                    for product in filter(None, (lender, backer)):
                        if product.get("revolves") != "yes":
                            takes["product", product["id"]] += principal
                            continue
                        due = 12 * at_maker + 11 + lender["months"]
                        for y in years:
                            if begin <= y - years[0] <= (due - 1) // 12:
                                takes["product", product["id"], y - years[0]] += principal
                    if every or worth > 0:
                        yield n_id, worth, dict(takes)


def gated(given, gap, base, match):
    """Technical success, and the chances that pilot and production are begun."""
    cap = given.probability_cap
    ready = min(given.technical_probability, cap)
    uplift = base["success_uplift"] if base else 0
    technical = min(max(given.technical_probability - given.probability_per_level * gap + uplift, 0), cap)
    risk = technical / max(technical, ready)
    grown = risk ** (1 - given.pilot_share) if gap else 1
    scaled = risk**given.pilot_share if base else 1
    return technical, match * grown if gap else 1, match * grown * scaled if gap or base else 1


def drawing(ask, price, setup, principal):
    """What of a loan is drawn for each stage: own money is spent first."""
    left = max(0, ask + price + setup - principal)
    drawn = []
    for paid in (ask, price):
        own = min(left, paid)
        left -= own
        drawn.append(paid - own if principal else 0)
    return *drawn, principal - sum(drawn)


def whole_months(begin, due):
    """How many months, one after another, are over by the evening of a day."""
    count = 0
    while True:
        year, month = divmod(begin.year * 12 + begin.month + count, 12)
        if dt.date(year, month + 1, 1) - dt.timedelta(days=1) > due:
            return count
        count += 1


def packages(products, need, result, target, points, outlay):
    if outlay <= need["budget"]:
        return [(None, None)]

    def welcome(p, waived=False):
        score = points.get(need["actor"])
        if p["points_min"] is not None and not waived and (score is None or score < p["points_min"]):
            return False
        if p["places"] and PARENT[target] not in p["places"]:
            return False
        return p["trl_min"] is None or result["trl"] >= p["trl_min"]

    lenders = [p for p in products if p["kind"] in ("loan", "lease")]
    found = [(p, None) for p in lenders if welcome(p)]
    backers = [p for p in products if p["kind"] == "guarantee" and welcome(p)]
    loans = [p for p in lenders if p["kind"] == "loan" and p["points_min"] is not None and welcome(p, True)]
    return found + list(itertools.product(loans, backers))


def capacities(region):
    """Capacity by the first two parts of a row's name (three for a service)."""
    found = {("achievement", r["id"]): r["licences"] for r in region["achievements"].to_dicts()}
    found |= {("maker", r["id"]): r["capacity"] for r in region["makers"].to_dicts()}
    found |= {("product", r["id"]): r["budget"] for r in region["products"].to_dicts()}
    found |= {("factor", r["id"]): r["capacity"] for r in region["factors"].to_dicts()}
    for r in region["bases"].to_dicts():
        found["base", r["id"]] = r["capacity"]
        found |= {
            ("service", r["id"], s): c
            for s, c in zip(r["services"] or [], r["service_capacity"] or [], strict=False)
        }
    for kind in ("base", "maker", "factor"):
        for r in region[f"{kind}s"].to_dicts():
            for cell in r.get("capacity_by_year") or []:
                year, amount = cell.split(":")
                found[kind, r["id"], int(year) - 2026] = float(amount)
    return found


def best_worth(region, matches, years, given, first=0, transfers=True):
    """The best worth by trying, need after need, every route or none."""
    groups = defaultdict(list)
    for need, worth, takes in routes(region, matches, years, given, first=first, transfers=transfers):
        groups[need].append((worth, takes))
    limits = capacities(region)

    def limit(row):
        return limits.get(row, limits[row[: 3 if row[0] == "service" else 2]])

    order = [sorted(g, key=lambda r: -r[0]) for g in groups.values()]
    hopes = [g[0][0] for g in order]

    def best(i, used, floor):
        if i == len(order) or sum(hopes[i:]) <= floor:
            return 0
        top = best(i + 1, used, floor)
        for worth, takes in order[i]:
            if worth + sum(hopes[i + 1 :]) <= max(top, floor):
                break
            after = used.copy()
            for row, units in takes.items():
                after[row] += units
            if all(after[r] <= limit(r) + 1e-9 for r in takes):
                top = max(top, worth + best(i + 1, after, max(top, floor) - worth))
        return top

    return best(0, defaultdict(float), -1)


def best_under(region, matches, years, given, policies):
    """The best worth (with credits) that keeps the policies, or None where nothing does."""
    found = {}
    for need, worth, takes in routes(region, matches, years, given, every=True):
        key = need, tuple(sorted(takes.items()))
        found[key] = max(found.get(key, -math.inf), worth)
    if not found:
        return None if any(p["kind"] == "least_routes" and p["count"] > 0 for p in policies) else 0
    limits = capacities(region)
    actors = {r["id"]: r for r in region["actors"].to_dicts()}
    makers = {r["id"]: r for r in region["makers"].to_dicts()}
    firm = dict(region["needs"].select("id", "actor").iter_rows())
    size = len(found)
    gain = np.zeros(size)
    rows, top = defaultdict(lambda: np.zeros(size)), {}
    made = []
    for j, ((need, takes), worth) in enumerate(found.items()):
        gain[j] = worth
        rows["need", need][j] = top["need", need] = 1
        for row, units in takes:
            money = row[0] == "product"
            rows[row][j] = units / 1e8 if money else units
            top[row] = limits[row[: 3 if row[0] == "service" else 2]] / (1e8 if money else 1)
        maker = next(r[1] for r, _ in takes if r[0] == "maker")
        made.append((maker, actors[firm[need]].get("size") in ("small", "micro")))
    landed = {m: PARENT[actors[r["actor"]]["place"]] for m, r in makers.items()}
    small = np.array([float(s) for _, s in made])
    for number, p in enumerate(policies):
        inside = np.array([float(p.get("place") is None or landed[m] == p["place"]) for m, _ in made])
        name = "policy", number
        if p["kind"] == "least_routes":
            rows[name], top[name] = -inside, -p["count"]
        elif p["kind"] in ("least_share", "least_small_share"):
            rows[name], top[name] = p["share"] - (inside if p["kind"] == "least_share" else small), 0
        elif p["kind"] == "most_maker_share":
            for m in makers:
                mine = np.array([float(m == x) for x, _ in made])
                rows[name, m], top[name, m] = mine - p["share"], 0
        elif p["kind"] == "small_credit":
            gain = gain + small * p["fen"]
        else:
            column, amount = {
                "most_emissions": ("emissions", "tonnes"),
                "most_land": ("land", "square_metres"),
            }[p["kind"]]
            rows[name] = np.array([makers[m][column] or 0.0 for m, _ in made])
            top[name] = p[amount]
    names = list(rows)
    answer = milp(
        -gain / 1e8,
        integrality=np.ones(size),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array([rows[n] for n in names]), ub=[top[n] for n in names]),
        options={"mip_rel_gap": 0},
    )
    return None if answer.x is None else round(float(gain @ np.round(answer.x)))
