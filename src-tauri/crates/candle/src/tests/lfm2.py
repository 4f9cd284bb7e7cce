"""Writes lfm2.json, an entry as those of hub.json: a small LFM2 with random weights, computed with numpy
alone, line by line after `modeling_lfm2.py` of transformers 4.57.1 (whose torch was not to be had where
this was made; llama.cpp is the other witness, see parity.py).

    pip install numpy
    python lfm2.py > lfm2.json
"""

import json

import numpy

TOKENS = [(i * 7919 + 13 + i * i * 31) % 300 for i in range(220)]
PROMPT, WRITTEN = 20, 40
CONFIG = dict(
    architectures=["Lfm2ForCausalLM"],
    model_type="lfm2",
    vocab_size=320,
    hidden_size=64,
    block_ff_dim=140,
    block_multiple_of=32,
    block_ffn_dim_multiplier=1.0,
    block_auto_adjust_ff_dim=True,
    num_hidden_layers=5,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=512,
    norm_eps=1e-5,
    rope_theta=1e6,
    conv_bias=False,
    conv_L_cache=3,
    full_attn_idxs=[2, 4],
    tie_embedding=True,
)
WIDTH, HEADS, KV, TAPS, EPS = 64, 4, 2, 3, 1e-5
DIM = WIDTH // HEADS
HIDDEN = 32 * ((2 * 140 // 3 + 31) // 32)


def numbers(name, shape):
    """As in hub.py."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) % 2**64
    count = int(numpy.prod(shape))
    with numpy.errstate(over="ignore"):
        z = numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z += numpy.uint64(seed)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z ^= z >> numpy.uint64(31)
    even = (z >> numpy.uint64(40)).astype(numpy.float32) / numpy.float32(2**24) - numpy.float32(0.5)
    even *= numpy.float32(0.5)
    return even.reshape(shape) + numpy.float32(len(shape) != 2)


def shapes():
    out = {"model.embed_tokens.weight": [320, WIDTH], "model.embedding_norm.weight": [WIDTH]}
    for i in range(5):
        name = f"model.layers.{i}."
        if i in CONFIG["full_attn_idxs"]:
            for part, rows in (("q_proj", WIDTH), ("k_proj", KV * DIM), ("v_proj", KV * DIM), ("out_proj", WIDTH)):
                out[f"{name}self_attn.{part}.weight"] = [rows, WIDTH]
            for part in ("q_layernorm", "k_layernorm"):
                out[f"{name}self_attn.{part}.weight"] = [DIM]
        else:
            out[name + "conv.conv.weight"] = [WIDTH, 1, TAPS]
            out[name + "conv.in_proj.weight"] = [3 * WIDTH, WIDTH]
            out[name + "conv.out_proj.weight"] = [WIDTH, WIDTH]
        out[name + "feed_forward.w1.weight"] = out[name + "feed_forward.w3.weight"] = [HIDDEN, WIDTH]
        out[name + "feed_forward.w2.weight"] = [WIDTH, HIDDEN]
        out[name + "operator_norm.weight"] = out[name + "ffn_norm.weight"] = [WIDTH]
    return out


SHAPES = shapes()
W = {name: numbers(name, shape) for name, shape in SHAPES.items()}


def rms(x, gain):
    return gain * (x / numpy.sqrt((x * x).mean(-1, keepdims=True) + numpy.float32(EPS)))


def rotate(x, positions):
    frequencies = 1e6 ** -(numpy.arange(0, DIM, 2, dtype=numpy.float32) / DIM)
    angles = positions[:, None].astype(numpy.float32) * frequencies
    cos = numpy.tile(numpy.cos(angles), 2)[:, None].astype(numpy.float32)
    sin = numpy.tile(numpy.sin(angles), 2)[:, None].astype(numpy.float32)
    half = numpy.concatenate([-x[..., DIM // 2 :], x[..., : DIM // 2]], -1)
    return x * cos + half * sin


def attention(x, name):
    count = len(x)
    positions = numpy.arange(count)

    def heads(part, number, norm=None):
        out = (x @ W[f"{name}{part}_proj.weight"].T).reshape(count, number, DIM)
        return out if norm is None else rotate(rms(out, W[f"{name}{norm}_layernorm.weight"]), positions)

    q, k, v = heads("q", HEADS, "q"), heads("k", KV, "k"), heads("v", KV)
    k, v = numpy.repeat(k, HEADS // KV, 1), numpy.repeat(v, HEADS // KV, 1)
    scores = numpy.einsum("qhd,khd->hqk", q, k) * numpy.float32(DIM**-0.5)
    scores = numpy.where(positions[:, None] >= positions, scores, -numpy.inf)
    weights = numpy.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    return numpy.einsum("hqk,khd->qhd", weights, v).reshape(count, WIDTH) @ W[name + "out_proj.weight"].T


def convolution(x, name):
    before, behind, through = numpy.split(x @ W[name + "in_proj.weight"].T, 3, -1)
    through = numpy.concatenate([numpy.zeros((TAPS - 1, WIDTH), numpy.float32), before * through])
    taps = W[name + "conv.weight"][:, 0]
    out = sum(taps[:, n] * through[n : n + len(x)] for n in range(TAPS))
    return (behind * out) @ W[name + "out_proj.weight"].T


def logits(tokens):
    x = W["model.embed_tokens.weight"][tokens]
    for i in range(5):
        name = f"model.layers.{i}."
        normed = rms(x, W[name + "operator_norm.weight"])
        attends = i in CONFIG["full_attn_idxs"]
        x = x + (attention(normed, name + "self_attn.") if attends else convolution(normed, name + "conv."))
        normed = rms(x, W[name + "ffn_norm.weight"])
        gate = normed @ W[name + "feed_forward.w1.weight"].T
        up = normed @ W[name + "feed_forward.w3.weight"].T
        x = x + (gate / (1 + numpy.exp(-gate)) * up) @ W[name + "feed_forward.w2.weight"].T
    return rms(x, W["model.embedding_norm.weight"]) @ W["model.embed_tokens.weight"].T


def main():
    rows = logits(TOKENS)
    text = TOKENS[:PROMPT]
    for _ in range(WRITTEN):
        text.append(int(logits(text)[-1].argmax()))
    value = dict(
        config=CONFIG,
        shapes=SHAPES,
        top=rows.argmax(1).tolist(),
        logits=[[round(float(x), 4) for x in row[::20]] for row in rows[::10]],
        written=text[PROMPT:],
    )
    print("{\n" + f"{json.dumps('lfm2')}: {json.dumps(value, separators=(',', ':'))}" + "\n}")


if __name__ == "__main__":
    main()
