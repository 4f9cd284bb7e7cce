"""Writes parity.json: what llama.cpp makes of files with random weights.

    pip install llama-cpp-python
    cargo build --release -p inkstone-candle --example engine
    python parity.py target/release/examples/engine > parity.json

With --show it prints how far the two agree instead.
"""

import json
import os
import subprocess
import sys
import tempfile

import llama_cpp as peer
import numpy

SHAPES = "llama qwen2 qwen3 gemma2 gemma3 phi smollm3".split()
SHAPES += "gpt2 glm4 mixtral qwen2moe qwen3moe linear yarn longrope lfm2".split()
TYPES = "F16 BF16 Q8_0 Q4_0 Q4_1 Q5_0 Q5_1 Q2_K Q3_K Q4_K Q5_K Q6_K Q4_K_M".split()
FILES = [f"small-{name}:F32" for name in SHAPES]
FILES += [f"small-llama:{kind}" for kind in TYPES]
TOKENS = [(i * 7919 + 13 + i * i * 31) % 300 for i in range(220)]


def logits(path):
    """The logits behind each token."""
    model = peer.llama_model_load_from_file(path.encode(), peer.llama_model_default_params())
    if not model:
        sys.exit(f"llama.cpp cannot load {path}")
    params = peer.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = 512
    context = peer.llama_init_from_model(model, params)
    batch = peer.llama_batch_init(len(TOKENS), 0, 1)
    batch.n_tokens = len(TOKENS)
    for i, token in enumerate(TOKENS):
        batch.token[i], batch.pos[i], batch.logits[i] = token, i, 1
        batch.n_seq_id[i], batch.seq_id[i][0] = 1, 0
    if peer.llama_decode(context, batch):
        sys.exit("llama.cpp cannot read the tokens")
    count = peer.llama_vocab_n_tokens(peer.llama_model_get_vocab(model))
    shape = (len(TOKENS), count)
    rows = numpy.ctypeslib.as_array(peer.llama_get_logits(context), shape=shape).copy()
    peer.llama_batch_free(batch)
    peer.llama_free(context)
    peer.llama_model_free(model)
    return rows


def ours(engine, path):
    run = [engine, "logits", path]
    out = subprocess.run(run, input=json.dumps(TOKENS), capture_output=True, text=True, check=True)
    return numpy.array([json.loads(line) for line in out.stdout.splitlines()])


def main():
    quiet = peer.llama_log_callback(lambda *_: None)
    peer.llama_log_set(quiet, None)
    engine, show = sys.argv[1], "--show" in sys.argv
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            path = os.path.join(folder, "model.gguf")
            subprocess.run([engine, "synthesize", *name.split(":"), path], check=True)
            rows = logits(path)
            top = rows.argmax(1)
            if show:
                mine = ours(engine, path)
                same = (mine.argmax(1) == top).mean()
                like = numpy.corrcoef(mine.ravel(), rows.ravel())[0, 1]
                print(f"{name:22} {same:7.1%} {like:.6f}", flush=True)
                continue
            some = [[round(float(x), 3) for x in row[::20]] for row in rows[::10]]
            value = json.dumps({"top": top.tolist(), "logits": some}, separators=(",", ":"))
            lines.append(f"{json.dumps(name)}: {value}")
    if not show:
        print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
