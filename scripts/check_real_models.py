"""What transformers makes of a real GGUF model: perplexity on the text of `npm run test:real`.

A third reading beside ours and llama.cpp's: weights widened by the gguf package, products by torch in f32. Its figure
belongs beside the row "weights in f32" of docs/real-models.md, for the same number of positions. The tokens are ours
(equal to llama.cpp's), for transformers makes the tokenizer of a GGUF file without its pre-tokenizer.

    python scripts/check_real_models.py MODEL.gguf [--positions 2000]

Needs torch, transformers, accelerate and gguf, and the pinned node in PATH.
"""

import argparse
import json
import math
import pathlib
import subprocess

import torch
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = ROOT / "bench" / "real" / "text.md"
TOKENIZE = """
import { readFileSync } from 'node:fs';
import { openModelSource } from './src/inference/index.ts';
const source = await openModelSource(process.argv[1]);
const ids = (await source.tokenizer()).encode(readFileSync(process.argv[2], 'utf8'));
await source.close();
console.log(JSON.stringify([...ids]));
"""


def tokenize(model: pathlib.Path) -> list[int]:
    command = ["node", "--input-type=module", "-e", TOKENIZE, str(model), str(TEXT)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--positions", type=int, default=2000)
    options = parser.parse_args()
    file = options.model.resolve()
    ids = tokenize(file)
    model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32).eval()
    positions = min(options.positions, len(ids) - 1)
    read = torch.tensor([ids[: positions + 1]])
    with torch.inference_mode():
        logits = model(read[:, :-1]).logits[0]
    surprise = torch.nn.functional.cross_entropy(logits.double(), read[0, 1:])
    print(f"{len(ids)} tokens; perplexity {math.exp(surprise):.4f} over {positions} positions")


if __name__ == "__main__":
    main()
