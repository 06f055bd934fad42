"""What transformers makes of a real GGUF model: perplexity on the text of `npm run test:real`.

A third reading beside ours and llama.cpp's: weights widened by the gguf package, products by torch in f32. Its figure
belongs beside the row "weights in f32" of docs/real-models.md, for the same number of positions.

    python scripts/check_real_models.py MODEL.gguf [--positions 2000]

Needs torch, transformers and gguf.
"""

import argparse
import math
import pathlib

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXT = pathlib.Path(__file__).parent.parent / "bench" / "real" / "text.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--positions", type=int, default=2000)
    options = parser.parse_args()
    place = {"pretrained_model_name_or_path": str(options.model.parent), "gguf_file": options.model.name}
    tokenizer = AutoTokenizer.from_pretrained(**place)
    ids = tokenizer(TEXT.read_text(encoding="utf-8"), add_special_tokens=False)["input_ids"]
    model = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32).eval()
    positions = min(options.positions, len(ids) - 1)
    read = torch.tensor([ids[: positions + 1]])
    with torch.inference_mode():
        logits = model(read[:, :-1]).logits[0]
    surprise = torch.nn.functional.cross_entropy(logits.double(), read[0, 1:])
    print(f"{len(ids)} tokens; perplexity {math.exp(surprise):.4f} over {positions} positions")


if __name__ == "__main__":
    main()
