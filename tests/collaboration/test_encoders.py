import json
import sys
import threading
import types
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import polars as pl
import pytest
from hashed_words import Letters

from sanwang.collaboration.encoder import Endpoint, encoder_for
from sanwang.collaboration.match import match
from sanwang.encoding.own import OwnEncoder
from sanwang.errors import InputError, OptionError
from sanwang.region import Region


@pytest.fixture
def endpoint():
    """A server that speaks the embeddings protocol, answering out of order."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if asked["model"] == "broken":
                self.send_error(500)
                return
            rows = [
                {"index": i, "embedding": v.tolist()} for i, v in enumerate(Letters().queries(asked["input"]))
            ]
            body = json.dumps({"data": rows[::-1]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def region():
    return Region.of(
        needs=pl.DataFrame({"id": ["N1"], "title": ["密封圈漏油"], "text": ["高温下漏"]}),
        achievements=pl.DataFrame(
            {"id": ["R1", "R2"], "title": ["密封圈", "葡萄"], "abstract": ["高温密封", "栽培"]}
        ),
    )


def test_an_endpoint_ranks_as_the_same_model_at_home(endpoint, tmp_path):
    far = match(region(), encoder=f"openai:letters@{endpoint}", cache=tmp_path)
    near = match(region(), encoder=Letters(), cache=tmp_path)
    assert far.frame.equals(near.frame) and far.encoder.startswith("openai-letters@")
    assert len(list(tmp_path.glob("*.sqlite3"))) == 2


def test_an_endpoint_that_fails_is_told_in_a_sentence(endpoint):
    with pytest.raises(InputError, match="no embeddings"):
        Endpoint("broken", endpoint).queries(["a"])
    with pytest.raises(OptionError, match="http"):
        Endpoint("m", "file:///etc")


def test_a_sentence_transformer_uses_its_own_prompts(monkeypatch):
    class Model:
        prompts = {"query": "q: "}  # noqa: RUF012

        def __init__(self, name):
            self.name = name

        def encode(self, texts, prompt_name, show_progress_bar):
            return np.array([[3.0, 4.0] if prompt_name else [0.0, 2.0] for _ in texts])

    fake = types.SimpleNamespace(SentenceTransformer=Model)
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)
    (one,) = encoder_for("sentence-transformers:my/model")
    assert one.name == "sentence-transformers-my/model"
    assert one.queries(["a"]).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]]
    assert one.passages(["a"]).tolist() == [[0, 1]]


def test_names_and_the_environment(monkeypatch, tmp_path):
    assert [e.name for e in encoder_for("sanwang")] == [OwnEncoder().name]
    for wrong in ("gpt", "e5", "openai:m", "sentence-transformers:", "folder:"):
        with pytest.raises(OptionError, match="encoder"):
            encoder_for(wrong)
    monkeypatch.setenv("SANWANG_ENCODER", "sanwang")
    assert match(region(), cache=tmp_path).encoder == OwnEncoder().name
