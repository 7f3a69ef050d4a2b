"""The encoder as PyTorch sees it: twelve BERT layers (Devlin et al. 2019), mean over the tokens, unit length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from start import Start
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, LAYERS, EPSILON = 384, 12, 1536, 12, 1e-12


class Layer(nn.Module):
    """Attention and a feed-forward part, each with its sum and norm behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, EPSILON)
        self.norm2 = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, x: Tensor, mask: Tensor, where: Tensor) -> Tensor:
        """New states of the tokens that count (tokens, width); ``where`` is their place in the flattened ``mask``."""
        texts, most = mask.shape
        padded = x.new_zeros(texts * most, 3 * WIDTH).index_copy(0, where, self.qkv(x).to(x.dtype))
        q, k, v = padded.view(texts, most, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        near = (q * (WIDTH // HEADS) ** -0.5) @ k.transpose(
            2, 3
        )  # quicker on a CPU than the fused form's backward
        told = near.masked_fill(~mask[:, None, None, :], -1e4).softmax(dim=3, dtype=near.dtype) @ v
        told = told.transpose(1, 2).reshape(texts * most, WIDTH)[where]
        x = self.norm1(x + self.out(told))
        return self.norm2(x + self.down(functional.gelu(self.up(x))))


class Encoder(nn.Module):
    """Ids (texts, tokens) to unit vectors (texts, width). The embeddings stay as they are."""

    def __init__(self, pieces: int, positions: int = 512) -> None:
        super().__init__()
        self.word = nn.Embedding(pieces, WIDTH)
        self.place = nn.Embedding(positions, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Mean of the last states over the tokens that count, scaled to length one.

        Only tokens that count go through the layers: texts differ much in length.
        """
        where = mask.flatten().nonzero()[:, 0]
        with torch.no_grad():
            x = (self.word(ids) + self.place.weight[: ids.shape[1]]).flatten(0, 1)[where]
            x = self.norm(x)
        for layer in self.layers:
            x = layer(x, mask, where)
        owner = where // ids.shape[1]
        total = torch.zeros(len(ids), WIDTH).index_add(0, owner, x.float())
        return functional.normalize(total, dim=1)


def from_start(start: Start, rows: list[int]) -> Encoder:
    """The encoder with the starting weights and only these rows of the vocabulary."""
    model = Encoder(len(rows), start.positions)
    t = start.tensors
    state = {
        "word.weight": t["emb.word"].reshape(-1, WIDTH)[rows],
        "place.weight": t["emb.pos"].reshape(-1, WIDTH) + t["emb.type"].reshape(-1, WIDTH)[0],
        "norm.weight": t["emb.ln.w"],
        "norm.bias": t["emb.ln.b"],
    }
    for i in range(LAYERS):
        state |= _layer(t, i)
    model.load_state_dict({k: torch.tensor(np.ascontiguousarray(v)) for k, v in state.items()})
    return model


def _layer(t: dict[str, npt.NDArray[np.float32]], i: int) -> dict[str, npt.NDArray[np.float32]]:
    said, to = f"l{i}.", f"layers.{i}."
    found = {
        f"{to}qkv.weight": np.concatenate([t[f"{said}{n}.w"].reshape(WIDTH, WIDTH) for n in "qkv"]),
        f"{to}qkv.bias": np.concatenate([t[f"{said}{n}.b"] for n in "qkv"]),
    }
    for ours, theirs, inside in (("out", "ao", WIDTH), ("up", "fi", WIDTH), ("down", "fo", INNER)):
        found[f"{to}{ours}.weight"] = t[f"{said}{theirs}.w"].reshape(-1, inside)
        found[f"{to}{ours}.bias"] = t[f"{said}{theirs}.b"]
    for ours, theirs in (("norm1", "aln"), ("norm2", "oln")):
        found[f"{to}{ours}.weight"], found[f"{to}{ours}.bias"] = (
            t[f"{said}{theirs}.w"],
            t[f"{said}{theirs}.b"],
        )
    return found
