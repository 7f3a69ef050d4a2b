"""Draw docs/images/plan.svg: the plan of the fictional sample region."""

from pathlib import Path

from picture import picture

import sanwang as sw
from sanwang.region.sample import sample_region

out = Path(__file__).resolve().parents[2] / "docs/images/plan.svg"
region = sample_region()
out.parent.mkdir(exist_ok=True)
out.write_text(picture(region, sw.plan(region, sw.match(region))), encoding="utf-8")
