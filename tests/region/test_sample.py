import re
from collections import Counter

import pytest

from sanwang.collaboration.tokenise import language
from sanwang.region import Region
from sanwang.region.sample import sample_frames, sample_region
from sanwang.standards.uscc import check_uscc


@pytest.fixture(scope="module")
def region():
    return sample_region()


def test_the_sample_has_what_it_promises(region):
    assert region.fictional
    assert region["actors"].height >= 150
    sizes = {
        k: region[k].height for k in ("achievements", "needs", "bases", "makers", "products", "obligations")
    }
    assert sizes == {
        "achievements": 240,
        "needs": 200,
        "bases": 40,
        "makers": 60,
        "products": 24,
        "obligations": 3000,
    }
    assert set(region["products"]["kind"]) == {"loan", "fund", "lease", "guarantee", "insurance", "factoring"}
    assert region["needs"]["chain"].n_unique() == 7


def test_it_is_sound(region):
    assert [p.message("en") for p in region.check().problems] == []


def test_it_covers_the_region(region):
    cities = {p[:4] for p in region["actors"]["place"] if p.startswith("13")}
    assert cities >= {f"13{n:02d}" for n in range(1, 12)}
    assert {"ZGC", "HRS", "WLS", "YZ"} <= set(region["actors"]["place"]) | set(region["bases"]["place"])


def test_a_fifth_of_the_achievements_is_in_english(region):
    share = sum(language(t) == "en" for t in region["achievements"]["title"]) / 240
    assert 0.18 <= share <= 0.25


def test_no_sentence_is_used_twice(region):
    texts = [*region["achievements"]["abstract"], *region["needs"]["text"]]
    sentences = [s.strip() for t in texts for s in re.split(r"[。！？.;；\n]", t) if len(s.strip()) >= 12]
    assert [s for s, n in Counter(sentences).items() if n > 1] == []


def test_everything_invented_says_so(region):
    for kind in ("actors", "bases", "makers", "products"):
        assert region[kind]["name"].str.ends_with("（虚构）").all()
    codes = region["actors"]["uscc"]
    assert all(check_uscc(c).ok and c[8:12] == "FAKE" for c in codes) and codes.n_unique() == len(codes)


def test_the_same_seed_gives_the_same_sample():
    first, second = sample_frames(3), sample_frames(3)
    assert all(first[k].equals(second[k]) for k in first)


def test_written_as_workbooks_it_reads_back_the_same(region, tmp_path):
    region.save(tmp_path)
    again = Region.open(tmp_path)
    assert again.fictional and again.digest == region.digest
