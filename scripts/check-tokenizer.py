#!/usr/bin/env python3
"""Checks a tokenizer of this repository against the reference implementations.

Needs (in a virtual environment of its own):
    pip install tokenizers==0.23.3 transformers==5.24.0 jinja2==3.1.6

    python scripts/check-tokenizer.py [MODEL_DIRECTORY]

MODEL_DIRECTORY holds tokenizer.json and tokenizer_config.json; without it a small tokenizer is trained on the sample
texts of src/text. Three things must hold, else the exit status is 1:
  1. 2,000 random texts get the same ids from `tokenizers` (Rust) as from src/text/tokenizer.ts, and the same text back;
  2. PreTrainedTokenizerFast of transformers loads the files and gives those ids too, adding nothing;
  3. its chat template (Jinja2) renders conversations to the text that src/text/chat.ts renders.
"""

import json
import random
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import tokenizers
from transformers import PreTrainedTokenizerFast

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / "node_modules" / ".bin" / "node"
TEXTS = 2000

TRAIN = """
import { writeFileSync } from 'node:fs';
import { nanoTokenizerConfig, trainTokenizer } from './src/text/index.ts';
import { sampleCorpus } from './src/text/fixtures/sample-texts.ts';
const directory = process.argv[1];
const texts = [...sampleCorpus(), ...sampleCorpus().map((text) => text.replaceAll('\\n', '\\r\\n\\n'))];
writeFileSync(`${directory}/tokenizer.json`, JSON.stringify(trainTokenizer(texts, { vocabularySize: 420 })));
writeFileSync(`${directory}/tokenizer_config.json`, JSON.stringify(nanoTokenizerConfig({ contextLength: 512 })));
"""

OURS = """
import { readFileSync } from 'node:fs';
import { NANO_CHAT_TEMPLATE, renderChat, Tokenizer } from './src/text/index.ts';
const read = (name) => JSON.parse(readFileSync(`${process.argv[1]}/${name}`, 'utf8'));
const tokenizer = Tokenizer.fromJson(read('tokenizer.json'), read('tokenizer_config.json'));
const { texts, chats } = JSON.parse(readFileSync(0, 'utf8'));
const template = tokenizer.chatTemplate ?? NANO_CHAT_TEMPLATE;
const text = (id) => (id === undefined ? '' : tokenizer.decode([id]));
process.stdout.write(JSON.stringify({
  ids: texts.map((text) => [...tokenizer.encode(text)]),
  chats: chats.map(({ messages, addGenerationPrompt }) => renderChat(messages, {
    template, addGenerationPrompt, bosToken: text(tokenizer.bosId), eosToken: text(tokenizer.eosId),
  })),
}));
"""

QUESTION = {"role": "user", "content": "What is 12 + 30? 请算一下。\n"}
ANSWER = {"role": "assistant", "content": "<think>\n2+0=2, 1+3=4\n</think>\n\nThe answer is 42.\n"}
CHATS = [
    {"messages": [QUESTION], "addGenerationPrompt": True},
    {"messages": [QUESTION, ANSWER], "addGenerationPrompt": False},
    {"messages": [QUESTION, ANSWER, QUESTION], "addGenerationPrompt": True},
    {"messages": [{"role": "system", "content": "Be brief.\n"}, QUESTION], "addGenerationPrompt": True},
]


def node(source: str, directory: Path, given: str = "") -> str:
    command = [str(NODE), "--input-type=module", "--eval", source, str(directory)]
    return subprocess.run(command, cwd=ROOT, input=given, text=True, encoding="utf-8", check=True, stdout=subprocess.PIPE).stdout


def random_texts(special: list[str]) -> list[str]:
    """Random texts over assigned code points; code points newer than this Python's Unicode are left out, since
    engines of different age sort them differently."""
    dice = random.Random(20250101)
    assigned = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")]
    words = ["请计算", "答案是", "the", "answer", " is", "strawberry", "r", "I'm", ".com", "e\u0301", "12345", "3.14",
             "٣٤", "Ⅷ", "½", "  ", "\n", "\n\n", " \n ", "\r\n", "\t", "\u3000", "\u00a0", "\ufeff", "\u0085", "...", "？！",
             "+", "=", " + ", '"', "😶‍🌫️", "カタカナ", "ひらがな", "한국어", "龥", "〇", "々", "()", " (", "_a", "</think", "<think"]

    def piece() -> str:
        kind = dice.random()
        if kind < 0.45:
            return dice.choice(words)
        if kind < 0.55:
            return dice.choice(special)
        if kind < 0.75:
            return "".join(chr(dice.randrange(32, 127)) for _ in range(dice.randrange(1, 8)))
        if kind < 0.9:
            return "".join(dice.choice(assigned) for _ in range(dice.randrange(1, 6)))
        return "".join(chr(dice.randrange(0x4E00, 0xA000)) for _ in range(dice.randrange(1, 6)))

    return ["".join(piece() for _ in range(dice.randrange(0, 16))) for _ in range(TEXTS)]


def check(directory: Path) -> list[str]:
    reference = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
    fast = PreTrainedTokenizerFast.from_pretrained(str(directory))
    special = [token["content"] for token in json.loads((directory / "tokenizer.json").read_text("utf-8"))["added_tokens"]]
    texts = random_texts(special)
    ours = json.loads(node(OURS, directory, json.dumps({"texts": texts, "chats": CHATS})))

    failures = []
    tokens = 0
    for text, ids in zip(texts, ours["ids"], strict=True):
        tokens += len(ids)
        expected = reference.encode(text, add_special_tokens=False).ids
        if ids != expected:
            failures.append(f"ids of {text!r}: ours {ids}, tokenizers {expected}")
        if (again := fast(text)["input_ids"]) != ids:
            failures.append(f"ids of {text!r}: ours {ids}, transformers {again}")
        if (back := reference.decode(ids, skip_special_tokens=False)) != text:
            failures.append(f"text of {ids}: {back!r} instead of {text!r}")
    for chat, rendered in zip(CHATS, ours["chats"], strict=True):
        expected = fast.apply_chat_template(
            chat["messages"], add_generation_prompt=chat["addGenerationPrompt"], tokenize=False
        )
        if rendered != expected:
            failures.append(f"chat template: ours {rendered!r}, transformers {expected!r}")
    print(f"{len(texts)} texts, {tokens} tokens, {len(CHATS)} conversations, {len(failures)} differences")
    return failures


def main() -> int:
    if len(sys.argv) > 1:
        failures = check(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as directory:
            node(TRAIN, Path(directory))
            failures = check(Path(directory))
    for failure in failures[:10]:
        print(failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
