"""Writes hub.json: what transformers makes of small networks with random weights, one for each
architecture that is read as the hub gives it.

    pip install torch transformers
    python hub.py > hub.json

Weights are not stored: each number follows from its tensor's name and its place in it, here and in
hub.rs, to the bit. So a network is its config and a list of shapes.
"""

import json
import sys

import numpy
import torch
import transformers

TOKENS = [(i * 7919 + 13 + i * i * 31) % 300 for i in range(220)]
PROMPT, WRITTEN = 20, 40

LLAMA = dict(
    vocab_size=320,
    hidden_size=64,
    intermediate_size=96,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=512,
    pad_token_id=None,
    bos_token_id=None,
    eos_token_id=None,
)
GPT = dict(vocab_size=320, n_positions=512, n_embd=64, n_layer=3, n_head=4)
GPT |= dict(bos_token_id=None, eos_token_id=None)
NETWORKS = {
    "gpt2": ("gpt2", GPT),
    "gpt2-without-scale": ("gpt2", GPT | dict(scale_attn_weights=False, n_inner=80)),
    "gpt-neo": (
        "gpt_neo",
        dict(
            vocab_size=320,
            max_position_embeddings=512,
            hidden_size=64,
            num_layers=4,
            num_heads=4,
            attention_types=[[["global", "local"], 2]],
            window_size=24,
            bos_token_id=None,
            eos_token_id=None,
        ),
    ),
    "gpt-j": ("gptj", GPT | dict(rotary_dim=8)),
    "llama": ("llama", LLAMA | dict(rope_theta=5e5)),
    "llama-3": (
        "llama",
        LLAMA
        | dict(
            attention_bias=True,
            tie_word_embeddings=True,
            rope_theta=5e5,
            rope_scaling=dict(
                rope_type="llama3",
                factor=8.0,
                low_freq_factor=1.0,
                high_freq_factor=4.0,
                original_max_position_embeddings=128,
            ),
        ),
    ),
    "mistral": ("mistral", LLAMA | dict(sliding_window=48, head_dim=32)),
    "qwen2": ("qwen2", LLAMA | dict(use_sliding_window=False)),
    "qwen2-yarn": (
        "qwen2",
        LLAMA
        | dict(
            tie_word_embeddings=True,
            rope_scaling=dict(
                rope_type="yarn", factor=4.0, original_max_position_embeddings=128
            ),
        ),
    ),
    "qwen3": ("qwen3", LLAMA | dict(head_dim=32, tie_word_embeddings=True)),
    "gemma2": (
        "gemma2",
        LLAMA | dict(head_dim=32, sliding_window=40, query_pre_attn_scalar=24, num_hidden_layers=4),
    ),
    "gemma3": (
        "gemma3_text",
        LLAMA
        | dict(
            head_dim=32,
            sliding_window=40,
            query_pre_attn_scalar=48,
            num_hidden_layers=7,
            rope_scaling=dict(rope_type="linear", factor=8.0),
        ),
    ),
    "phi3": ("phi3", LLAMA | dict(sliding_window=100)),
    "phi3-longrope": (
        "phi3",
        LLAMA
        | dict(
            original_max_position_embeddings=128,
            rope_scaling=dict(
                type="longrope",
                short_factor=[1.0 + i / 10 for i in range(8)],
                long_factor=[1.0 + i * i / 3 for i in range(8)],
            ),
        ),
    ),
    "smollm3": ("smollm3", LLAMA | dict(num_hidden_layers=5)),
}


def numbers(name, shape, gemma):
    """A tensor's numbers: splitmix64 of the place, from where FNV-1a of the name begins."""
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
    if len(shape) == 2:
        return (even * numpy.float32(0.5)).reshape(shape)
    gain = "bias" not in name and not gemma
    return even * numpy.float32(0.5) + numpy.float32(gain)


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    lines = []
    for name, (kind, settings) in NETWORKS.items():
        config = transformers.AutoConfig.for_model(kind, **settings)
        config._attn_implementation = "eager"
        model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager")
        model = model.float().eval()
        shapes = {}
        tied = bool(config.tie_word_embeddings)
        for key, tensor in model.state_dict().items():
            if tied and key == "lm_head.weight":
                continue
            shapes[key] = list(tensor.shape)
            tensor.copy_(torch.from_numpy(numbers(key, shapes[key], "gemma" in kind)))
        model.tie_weights()
        rows = model(torch.tensor([TOKENS])).logits[0].numpy()
        ids = torch.tensor([TOKENS[:PROMPT]])
        written, cache = [], None
        for _ in range(WRITTEN):
            out = model(ids, past_key_values=cache, use_cache=True)
            cache = out.past_key_values
            ids = out.logits[:, -1:].argmax(-1)
            written.append(int(ids))
        print(name, len(set(rows.argmax(1))), float(rows.std()), file=sys.stderr)
        said = config.to_diff_dict()
        said["architectures"] = [type(model).__name__]
        for key in ("transformers_version", "_attn_implementation_autoset"):
            said.pop(key, None)
        value = dict(
            config=said,
            shapes=shapes,
            top=rows.argmax(1).tolist(),
            logits=[[round(float(x), 4) for x in row[::20]] for row in rows[::10]],
            written=written,
        )
        lines.append(f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}")
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
