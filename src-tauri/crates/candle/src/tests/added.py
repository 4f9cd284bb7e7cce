"""Writes added.json: what `tokenizers` makes of texts with tokens that want something around them.

    pip install tokenizers
    python added.py > added.json
"""

import json

from tokenizers import Tokenizer

SPACES = ["", " ", "  ", "\n", " \n\t", "\u3000"]
WORDS = ["a", "the", "The", "x_", "é", "字", "<", "ab", "<|end", "end|>", "."]


def byte_letters():
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    more = iter(range(256, 512))
    return [chr(byte if byte in plain else next(more)) for byte in range(256)]


def added(*tokens):
    """Tokens as `name:flags`, with l, r, w, n and s for the flags of the library."""
    out = []
    for text, flags in tokens:
        names = dict(l="lstrip", r="rstrip", w="single_word", n="normalized", s="special")
        out.append(dict(content=text, **{name: key in flags for key, name in names.items()}))
    return out


def whole(tokens, vocabulary, merges, **steps):
    vocabulary = {text: id for id, text in enumerate(vocabulary)}
    for token in tokens:
        token["id"] = vocabulary.setdefault(token["content"], len(vocabulary))
    model = dict(type="BPE", vocab=vocabulary, merges=merges, byte_fallback="byte" in steps)
    model |= dict(unk_token="<unk>" if "<unk>" in vocabulary else None, fuse_unk=False)
    steps.pop("byte", None)
    usual = dict(normalizer=None, pre_tokenizer=None, post_processor=None, decoder=None)
    return dict(version="1.0", added_tokens=tokens, model=model, truncation=None, padding=None) | usual | steps


BYTES = dict(type="ByteLevel", add_prefix_space=False, trim_offsets=True, use_regex=True)
PIECES = ["<unk>", *(f"<0x{byte:02X}>" for byte in range(256)), *"▁aethx.TH", "▁t", "th", "▁the"]
MERGES = [["▁", "t"], ["t", "h"], ["▁t", "he"]][:2]
FUSE = dict(type="Sequence", decoders=[dict(type="Replace", pattern=dict(String="▁"), content=" "), dict(type="ByteFallback")])
FLAGS = ["", "l", "r", "lr", "w", "lw", "rw", "lrw"]
SOME = [(f"<|{n}{flags}|>", flags + "s" * (n % 2)) for n, flags in enumerate(FLAGS)]
SOME += [(f"[{flags}n]", flags + "n") for flags in FLAGS] + [("the", "wn"), ("end", "wl")]
PHI3 = [("<unk>", "s"), ("<s>", "s"), ("</s>", "r"), ("<|endoftext|>", "s")]
PHI3 += [(f"<|{name}|>", "rs") for name in ("assistant", "end", "user", "system")]
VOCABULARIES = {
    "bytes": whole(added(*SOME), [*byte_letters(), "th"], [["t", "h"]], pre_tokenizer=BYTES, decoder=BYTES),
    "phi-3": whole(
        added(*PHI3),
        PIECES,
        MERGES,
        byte=True,
        normalizer=dict(
            type="Sequence",
            normalizers=[
                dict(type="Prepend", prepend="▁"),
                dict(type="Replace", pattern=dict(String=" "), content="▁"),
            ],
        ),
        decoder=FUSE,
    ),
    "first": whole(
        added(*SOME),
        PIECES,
        MERGES,
        byte=True,
        pre_tokenizer=dict(type="Metaspace", replacement="▁", prepend_scheme="first", split=False),
        decoder=FUSE,
    ),
    "lower": whole(
        added(*SOME, ("[THE]", "ns"), ("[É]", "n")),
        [*byte_letters(), "th"],
        [["t", "h"]],
        normalizer=dict(type="Sequence", normalizers=[dict(type="NFC"), dict(type="Lowercase")]),
        pre_tokenizer=BYTES,
        decoder=BYTES,
    ),
}


def texts(tokens):
    """Tokens among words and white space, each as likely as the others."""
    state = 7
    names = [token["content"] for token in tokens]
    names += [name.lower() for name in names]

    def one(of):
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return of[(state >> 8) % len(of)]

    for _ in range(120):
        yield "".join(one(SPACES) + one(one([names, WORDS])) for _ in range(1 + one(range(6)))) + one(SPACES)


def main():
    out = {}
    for name, vocabulary in VOCABULARIES.items():
        tokenizer = Tokenizer.from_str(json.dumps(vocabulary))
        pairs = [(text, tokenizer.encode(text, add_special_tokens=False).ids) for text in texts(vocabulary["added_tokens"])]
        out[name] = dict(vocabulary=vocabulary, texts=pairs)
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}" for name, value in out.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
