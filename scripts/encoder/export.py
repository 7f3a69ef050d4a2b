"""Write a checkpoint as ONNX with 8-bit weights: one text a run, no padding, so no vector hangs on its neighbours.

    python scripts/encoder/export.py RUN_FOLDER CHECKPOINT OUT_FOLDER

Weights of the layers and embeddings are 8 bit a row, what goes into a layer is made 8 bit a text; norms and biases
are float.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from model import EPSILON, HEADS, LAYERS, WIDTH, Encoder, from_start
from onnx import TensorProto, helper, numpy_helper
from start import packaged, read_start

Floats = npt.NDArray[np.float32]


class Graph:
    """Nodes and constants as they are added; every result has a name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """A constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", **options: object) -> str:
        """The first result of a new node."""
        made = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [made], domain=domain, **options))
        return made

    def linear(self, x: str, name: str, weight: Floats, bias: Floats, even: str = "") -> str:
        """x · weightᵀ + bias with 8-bit weights and inputs.

        One scale serves all tokens of a text; ``even`` is the size of each token's largest input, taken off before
        and put back after where a few tokens reach far further than the rest.
        """
        scale = np.maximum(np.abs(weight).max(axis=1) / 127, 1e-12)
        w = self.constant(f"{name}.w", np.rint(weight / scale[:, None]).astype(np.int8).T)
        s = self.constant(f"{name}.s", scale.astype(np.float32))
        z = self.constant(f"{name}.z", np.zeros(len(scale), dtype=np.int8))
        b = self.constant(f"{name}.b", bias)
        if not even:
            return self.add("DynamicQuantizeMatMul", x, w, s, z, b, domain="com.microsoft")
        told = self.add("DynamicQuantizeMatMul", self.add("Div", x, even), w, s, z, domain="com.microsoft")
        return self.add("Add", self.add("Mul", told, even), b)

    def largest(self, x: str) -> str:
        """The largest value of each token."""
        return self.add("ReduceMax", x, "last", keepdims=1)

    def norm(self, x: str, other: str, name: str, weight: Floats, bias: Floats) -> str:
        """The norm of a sum."""
        w, b = self.constant(f"{name}.w", weight), self.constant(f"{name}.b", bias)
        return self.add("LayerNormalization", self.add("Add", x, other), w, b, epsilon=EPSILON)


def build(state: dict[str, Floats]) -> onnx.ModelProto:
    """The model: ``ids`` (1, tokens) in, ``vector`` (1, width) of length one out."""
    g = Graph()
    g.constant("last", np.array([-1]))
    x = _embedded(g, state)
    for i in range(LAYERS):
        x = _layer(g, x, f"layers.{i}.", state)
    mean = g.add("ReduceMean", x, g.constant("tokens", np.array([1])), keepdims=0)
    g.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=1, p=2))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])
    out = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, WIDTH])
    graph = helper.make_graph(g.nodes, "sanwang-encoder", [ids], [out], g.constants)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def _embedded(g: Graph, state: dict[str, Floats]) -> str:
    word = state["word.weight"]
    scale = np.maximum(np.abs(word).max(axis=1, keepdims=True) / 127, 1e-12)
    rows = g.add("Gather", g.constant("word", np.rint(word / scale).astype(np.int8)), "ids")
    sizes = g.add("Gather", g.constant("word.scale", scale.astype(np.float32)), "ids")
    words = g.add("Mul", g.add("Cast", rows, to=TensorProto.FLOAT), sizes)
    length = g.add("Shape", "ids", start=1, end=2)
    place = g.constant("place", state["place.weight"].astype(np.float16))
    some = g.add("Slice", place, g.constant("zero", np.array([0])), length, g.constant("axis", np.array([0])))
    placed = g.add("Unsqueeze", g.add("Cast", some, to=TensorProto.FLOAT), "zero")
    return g.norm(words, placed, "norm", state["norm.weight"], state["norm.bias"])


def _layer(g: Graph, x: str, at: str, state: dict[str, Floats]) -> str:
    def named(part: str) -> tuple[str, Floats, Floats]:
        return at + part, state[f"{at}{part}.weight"], state[f"{at}{part}.bias"]

    every = g.linear(x, *named("qkv"))
    q, k, v = (f"{at}{n}" for n in "qkv")
    g.nodes.append(helper.make_node("Split", [every], [q, k, v], axis=2, num_outputs=3))
    told = g.add("MultiHeadAttention", q, k, v, domain="com.microsoft", num_heads=HEADS)
    x = g.norm(x, g.linear(told, *named("out")), *named("norm1"))
    inner = g.add("Gelu", g.linear(x, *named("up"), g.largest(g.add("Abs", x))), domain="com.microsoft")
    return g.norm(x, g.linear(inner, *named("down"), g.largest(inner)), *named("norm2"))


def model_of(run: Path, checkpoint: str, share: float = 1.0) -> Encoder:
    """The encoder of a checkpoint, ``share`` of the way from the one before training (``start``) to it.

    Weights between the two (Wortsman et al. 2022, arXiv:2109.01903) keep more of what the start could do.
    """
    model = from_start(read_start(packaged()), json.loads((run / "rows.json").read_text())).eval()
    if checkpoint != "start":
        mean = torch.load(run / checkpoint, weights_only=True)["mean"]
        first = model.layers.state_dict()
        mixed = {n: torch.lerp(first[n], t.float(), share) for n, t in mean.items()}
        model.layers.load_state_dict(mixed)
    return model


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("run", type=Path)
    said.add_argument("checkpoint")
    said.add_argument("out", type=Path)
    said.add_argument("--share", type=float, default=1.0, help="how far from the start to the checkpoint")
    args = said.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model = model_of(args.run, args.checkpoint, args.share)
    state = {n: t.numpy() for n, t in model.state_dict().items()}
    onnx.save(build(state), args.out / "encoder.onnx")
    shutil.copy(args.run / "tokenizer.json", args.out / "tokenizer.json")
    for name in ("encoder.onnx", "tokenizer.json"):
        data = (args.out / name).read_bytes()
        print(name, len(data), hashlib.sha256(data).hexdigest())


if __name__ == "__main__":
    main()
