"""Train the encoder: contrastive learning over pairs, resumable, the same batches for the same seed.

Loss: InfoNCE (van den Oord et al. 2018) in both directions with the other pairs of the batch as negatives.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import rjieba
import torch
from model import Encoder, from_start
from pairs import Pair, batch, framed, read_pairs, rows, trap, without_shared
from start import packaged, read_start
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from vocabulary import kept, save, tokenizer

MASKED, TEMPERATURE, WARM, AVERAGE = 0.6, 0.02, 40, 0.99
RATES = {0: 2e-5, 225: 5e-5}
"""The learning rate from each step on, after ``WARM`` steps of rising to it."""

QUERY, PASSAGE, TRAP = 64, 96, 72
"""Tokens of each kind of text that are read."""

ROUND = 512
"""Tokens of a step are filled up to a multiple of this."""


def prepare(folder: Path, data: Path) -> tuple[Encoder, Tokenizer]:
    """The starting model with the kept vocabulary, made once."""
    start = read_start(packaged())
    mark = folder / "rows.json"
    if not mark.exists():
        fields = ("query", "passage", "zh", "en")
        names = ("zh_pairs", "needs_style", "xl_pairs", "en_pairs", "parallel")
        texts = (r[f] for n in names for r in rows(data / f"{n}.jsonl.gz") for f in fields if f in r)
        mark.write_text(json.dumps(kept(start, texts)))
    chosen = json.loads(mark.read_text())
    made = tokenizer([start.pieces[i] for i in chosen], start.scores[chosen])
    save(made, folder / "tokenizer.json")
    return from_start(start, chosen), made


def tensors(made: Tokenizer, texts: list[tuple[str, int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask of texts, each cut at its number of tokens, and of fillers behind them.

    With fillers every step has one of a few shapes, for which memory and compiled kernels are kept.
    """
    every = zip(made.encode_batch_fast([t for t, _ in texts]), texts, strict=True)
    found = [[*e.ids[: most - 1], 2] if len(e.ids) > most else e.ids for e, (_, most) in every]
    lacking = -sum(map(len, found)) % ROUND
    found += [[3] * n for n in (PASSAGE,) * (lacking // PASSAGE) + (lacking % PASSAGE,)]
    found += [[]] * (len(texts) + ROUND // PASSAGE + 1 - len(found))
    ids = torch.tensor([i + [1] * (PASSAGE - len(i)) for i in found])
    return ids, ids != 1


def content(text: str) -> list[str]:
    """The query's words of two signs or more, each once."""
    return list(dict.fromkeys(w for w in rjieba.cut(text) if len(w) > 1 and any(c.isalnum() for c in w)))


def texts_of(
    chosen: list[Pair], traps: int, strength: tuple[float, float], rng: np.random.Generator
) -> tuple[list[str], list[str], list[str]]:
    """Queries, passages and trap passages of a step, with their prefixes."""
    said = [content(p.query) for p in chosen]
    queries = [f"query: {framed(p.query, rng)}" for p in chosen]
    passages = [
        f"passage: {without_shared(p.passage[:400], set(w), MASKED, rng)}"
        for p, w in zip(chosen, said, strict=True)
    ]
    found: list[str] = []
    for i in rng.permutation(len(chosen)).tolist():
        others = [p for p in chosen if p.field != chosen[i].field and p.paper != chosen[i].paper]
        if others and len(found) < traps:
            other = others[rng.integers(len(others))]
            found.append(f"passage: {trap(other.passage[:160], said[i], rng.uniform(*strength), rng)}")
    return queries, passages, found


def loss_of(
    model: Encoder, made: Tokenizer, chosen: list[Pair], rng: np.random.Generator, args: argparse.Namespace
) -> Tensor:
    """The loss of a step."""
    queries, passages, traps = texts_of(chosen, args.traps, (0.3, 0.5), rng)
    cut = [*((t, QUERY) for t in queries), *((t, PASSAGE) for t in passages), *((t, TRAP) for t in traps)]
    vectors = model(*tensors(made, cut))[: len(cut)]
    q, p, t = vectors.split([len(queries), len(passages), len(traps)])
    papers = np.array([c.paper for c in chosen])
    same = torch.from_numpy((papers[:, None] == papers[None, :]) & ~np.eye(len(papers), dtype=bool))
    near = (q @ p.T / TEMPERATURE).masked_fill(same, -1e4)
    goal = torch.arange(len(chosen))
    wide = torch.cat([near, q @ t.T / TEMPERATURE], dim=1)
    return functional.cross_entropy(wide, goal) + 0.5 * functional.cross_entropy(near.T, goal)


def keep(path: Path, state: dict[str, object]) -> None:
    """Write a checkpoint whole or not at all."""
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("data", type=Path, help="folder with the training texts")
    said.add_argument("folder", type=Path, help="folder of the run")
    said.add_argument("--steps", type=int, default=2000)
    said.add_argument("--size", type=int, default=32)
    said.add_argument("--traps", type=int, default=10)
    said.add_argument("--seed", type=int, default=7)
    said.add_argument("--threads", type=int, default=2)
    said.add_argument("--every", type=int, default=50, help="steps between checkpoints")
    args = said.parse_args()
    torch.set_num_threads(args.threads)
    args.folder.mkdir(parents=True, exist_ok=True)
    model, made = prepare(args.folder, args.data)
    pairs = read_pairs(args.data)
    print({k: len(v) for k, v in pairs.items()}, "pieces", model.word.num_embeddings, flush=True)
    for frozen in (model.word, model.place, model.norm):
        frozen.requires_grad_(False)
    learnt = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(learnt, weight_decay=0.01)
    mean = {n: p.detach().clone() for n, p in model.layers.named_parameters()}
    first, last = 0, args.folder / "last.pt"
    if last.exists():
        state = torch.load(last, weights_only=True)
        model.layers.load_state_dict(state["layers"])
        optimiser.load_state_dict(state["optimiser"])
        mean, first = state["mean"], state["step"]
    model.train()
    log = (args.folder / "log.csv").open("a")
    for step in range(first, args.steps):
        began, rng = time.time(), np.random.default_rng([args.seed, step])
        for group in optimiser.param_groups:
            group["lr"] = max(r for s, r in RATES.items() if s <= step) * min(1.0, (step + 1) / WARM)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(model, made, batch(pairs, args.size, rng), rng, args)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        with torch.no_grad():
            share = min(AVERAGE, (step + 1) / (step + 10))
            for name, p in model.layers.named_parameters():
                mean[name].lerp_(p, 1 - share)
        print(f"{step + 1},{loss.item():.4f},{time.time() - began:.2f}", file=log, flush=True)
        if (step + 1) % args.every == 0:
            layers = model.layers.state_dict()
            keep(
                last, {"layers": layers, "mean": mean, "optimiser": optimiser.state_dict(), "step": step + 1}
            )
            keep(
                args.folder / f"mean-{step + 1:05d}.pt", {"mean": {n: t.bfloat16() for n, t in mean.items()}}
            )


if __name__ == "__main__":
    main()
