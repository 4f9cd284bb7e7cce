"""Measures a model file here and with llama.cpp, in turn on the same machine, and prints ratios.

    pip install llama-cpp-python
    cargo build --release -p inkstone-candle --example engine
    python beside_llama_cpp.py target/release/examples/engine MODEL.gguf [ROUNDS]

Each round runs both; of each number the best round counts, because what else runs on the machine can
only make it worse.
"""

import json
import os
import subprocess
import sys
import time

PROMPT, WRITE, DEPTH, TEXTS = 512, 32, 256, 8


def here(engine, path):
    run = [engine, "bench", path, *map(str, (PROMPT, WRITE, DEPTH, TEXTS))]
    told = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    return {
        "load": 1 / told["load_seconds"],
        "prefill": told["prefill"],
        "decode": told["decode"],
        "batched": told["batched_decode"],
        "memory": 1 / told["peak_bytes"],
    }


def there(path):
    """In a process of its own, so that memory can be told apart."""
    run = [sys.executable, __file__, "--there", path]
    return json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)


def llama_cpp(path):
    import llama_cpp as peer

    quiet = peer.llama_log_callback(lambda *_: None)
    peer.llama_log_set(quiet, None)
    begin = time.perf_counter()
    model = peer.llama_model_load_from_file(path.encode(), peer.llama_model_default_params())
    params = peer.llama_context_default_params()
    params.n_ctx = PROMPT + TEXTS * (WRITE + DEPTH)
    params.n_batch = params.n_ubatch = 512
    params.n_seq_max = TEXTS
    params.kv_unified = True
    params.n_threads = params.n_threads_batch = os.cpu_count()
    context = peer.llama_init_from_model(model, params)
    memory = peer.llama_get_memory(context)
    load = time.perf_counter() - begin
    count = peer.llama_vocab_n_tokens(peer.llama_model_get_vocab(model))
    batch = peer.llama_batch_init(512, 0, TEXTS)

    def read(rows):
        """Rows of token, position, text and whether its logits are wanted."""
        batch.n_tokens = len(rows)
        for i, (token, position, text, wanted) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.logits[i] = token, position, wanted
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, text
        if peer.llama_decode(context, batch):
            sys.exit("llama.cpp cannot read the tokens")
        peer.llama_synchronize(context)

    def token(i):
        return (i * 7919 + 13) % count

    def prompt(length):
        peer.llama_memory_clear(memory, True)
        for at in range(0, length, 512):
            end = min(at + 512, length)
            read([(token(i), i, 0, i + 1 == length) for i in range(at, end)])

    def write(texts):
        prompt(DEPTH)
        for text in range(1, texts):
            peer.llama_memory_seq_cp(memory, 0, text, -1, -1)
        begin = time.perf_counter()
        for step in range(WRITE):
            read([(token(step + i), DEPTH + step, i, 1) for i in range(texts)])
        return WRITE * texts / (time.perf_counter() - begin)

    prompt(8)
    begin = time.perf_counter()
    prompt(PROMPT)
    prefill = PROMPT / (time.perf_counter() - begin)
    decode, batched = write(1), write(TEXTS)
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return {
        "load": 1 / load,
        "prefill": prefill,
        "decode": decode,
        "batched": batched,
        "memory": 1 / (peak * 1024),
    }


def main():
    if sys.argv[1] == "--there":
        print(json.dumps(llama_cpp(sys.argv[2])))
        return
    engine, path = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    best = [{}, {}]
    for _ in range(rounds):
        for kept, told in zip(best, (here(engine, path), there(path))):
            for name, value in told.items():
                kept[name] = max(value, kept.get(name, 0))
    with open("/proc/loadavg") as load:
        print(f"load of the machine: {load.read().split()[0]}")
    for name, ours in best[0].items():
        theirs = best[1][name]
        told = {"load": lambda x: f"{1 / x:.2f} s", "memory": lambda x: f"{1 / x / 2**20:.0f} MiB"}
        say = told.get(name, lambda x: f"{x:.1f} tokens/s")
        print(f"{name:8} {say(ours):>16} {say(theirs):>16}   {ours / theirs:.2f} times")


if __name__ == "__main__":
    main()
