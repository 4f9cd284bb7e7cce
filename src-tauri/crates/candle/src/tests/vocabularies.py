"""Compares our tokens of 2,000 tricky strings with llama.cpp's, for each vocabulary.

    pip install llama-cpp-python
    cargo build --release -p inkstone-candle --example engine
    python vocabularies.py target/release/examples/engine FILE.gguf ...

FILE may be a model or a vocabulary alone, as llama.cpp's own `models/ggml-vocab-*.gguf`.
"""

import json
import os
import random
import struct
import subprocess
import sys
import tempfile

import llama_cpp as peer

PARTS = [
    "Hello", "world", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "don't", "WE'RE", "l'été",
    "e\u0301", "naïve", "汉字", "标点，。！", "「谁？」", "日本語のテスト", "カタカナ", "한국어 문장",
    "Привет, мир", "العربية", "שלום", "🦀", "👩‍👩‍👧", "🇨🇳", "1234567", "3.14159", "１２３", "½", "Ⅷ",
    "x=1;", "if(a<b){", "}//c", "/*", "#include <x>", "\u00a0", "\u3000", "\u200b", "\u007f",
    "\ufeff", "_", "__init__", "camelCase", "HTTPServer", "ſtraße", "ǅ", "<|im_end|>", "<s>", "</s>",
    "[INST]", "<0x0A>", "▁", "Ġ", "Ċ", "...", "!!!", "??", "--", "—", "'s", "'S", "'ll ", "$%^&*",
    "@user", "https://a.b/c?d=e&f", "a\u0300\u0316", "ไทยภาษา", "हिन्दी", "ﷺ", "\u2028", "\u0085",
    "\U0010ffff", "\ue000", "0", "00", "a", "I", "the quick brown fox", " .", " ,x", " 123", "\t\tx",
    "\n x", "  \n", "x  ", "é", "ß", "Ω", "ά", "𝔘𝔫𝔦", "𠮷", "ｆｕｌｌ",
]
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def strings():
    random.seed(5)
    made = list(PARTS)
    while len(made) < 2000:
        made.append("".join(random.choice(PARTS) for _ in range(random.randint(1, 14))))
    return made


def behind_value(data, sort, at):
    if sort == 8:
        return at + 8 + struct.unpack_from("<Q", data, at)[0]
    if sort == 9:
        kind, count = struct.unpack_from("<IQ", data, at)
        at += 12
        if kind in SIZES:
            return at + SIZES[kind] * count
        for _ in range(count):
            at = behind_value(data, kind, at)
        return at
    return at + SIZES[sort]


def with_a_tensor(path, to):
    """A copy of a vocabulary alone, with a tensor, without which no file is a model to us."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    tensors, entries = struct.unpack_from("<QQ", data, 8)
    if tensors:
        return path
    at = 24
    for _ in range(entries):
        at += 8 + struct.unpack_from("<Q", data, at)[0]
        at = behind_value(data, struct.unpack_from("<I", data, at)[0], at + 4)
    data = data[:at]
    struct.pack_into("<Q", data, 8, 1)
    data += struct.pack("<Q", 1) + b"x" + struct.pack("<IQIQ", 1, 8, 0, 0)
    data += bytes(-len(data) % 32) + bytes(32)
    with open(to, "wb") as file:
        file.write(data)
    return to


def main():
    quiet = peer.llama_log_callback(lambda *_: None)
    peer.llama_log_set(quiet, None)
    engine, texts = sys.argv[1], strings()
    with tempfile.TemporaryDirectory() as folder:
        for path in sys.argv[2:]:
            name = os.path.basename(path)
            copy = with_a_tensor(path, os.path.join(folder, "vocabulary.gguf"))
            run = [engine, "tokens", copy]
            told = subprocess.run(run, input=json.dumps(texts), capture_output=True, text=True)
            if told.returncode:
                print(name, "is refused:", told.stderr.strip())
                continue
            params = peer.llama_model_default_params()
            params.vocab_only = True
            model = peer.llama_model_load_from_file(path.encode(), params)
            vocabulary = peer.llama_model_get_vocab(model)
            others = 0
            for text, ours in zip(texts, json.loads(told.stdout)):
                raw = text.encode()
                ids = (peer.llama_token * (len(raw) + 16))()
                count = peer.llama_tokenize(
                    vocabulary, raw, len(raw), ids, len(ids), True, False
                )
                if ids[:count] != ours:
                    others += 1
                    if others < 4:
                        print("  ", repr(text), ours, ids[:count])
            print(f"{name}: {len(texts) - others} of {len(texts)}", flush=True)
            peer.llama_model_free(model)


if __name__ == "__main__":
    main()
