"""The word pieces that are kept, and a tokenizer of them: all Chinese ones, and what the texts use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from start import Start
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
FLOOR = 3
"""Times a Latin piece of several letters occurs in the training texts, from which it is kept."""

_HAN = re.compile("^\u2581?[\u3007\u3400-\u9fff]+$")
_SINGLE = re.compile("^\u2581?[\u0020-\u024f\u0370-\u03ff\u1e00-\u22ff\u2460-\u24ff\u25a0-\u26ff\u3000-\u303f"
                     "\u3400-\u9fff\uff00-\uffef]?$")  # fmt: skip


def tokenizer(pieces: Sequence[str], scores: npt.NDArray[np.float32]) -> Tokenizer:
    """SentencePiece's unigram model (Kudo 2018) over the pieces, with compatibility forms as XLM-R has them."""
    made = Tokenizer(models.Unigram(list(zip(pieces, map(float, scores), strict=True)), unk_id=3))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"[\s\p{Cc}\u200b\ufeff]+"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always", split=False)
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return made


def kept(start: Start, texts: Iterable[str]) -> list[int]:
    """Rows of the pieces to keep, special ones first: every Chinese piece and single sign, and what the texts use."""
    whole = tokenizer(start.pieces, start.scores)
    count = np.zeros(len(start.pieces), dtype=np.int64)
    said = list(texts)
    for start_at in range(0, len(said), 2000):
        for found in whole.encode_batch_fast(said[start_at : start_at + 2000], add_special_tokens=False):
            np.add.at(count, found.ids, 1)
    plain = [bool(_HAN.match(p) or _SINGLE.match(p)) for p in start.pieces]
    return [i for i in range(len(plain)) if i < len(SPECIAL) or plain[i] or count[i] >= FLOOR]


def save(made: Tokenizer, path: Path) -> None:
    """Write the tokenizer without spaces between its entries."""
    path.write_text(made.to_str(pretty=False), encoding="utf-8")
