"""Logits of Hugging Face transformers (float32, CPU) for model directories, for check.ts.

    python bench/conversions/transformers_logits.py IDS DIRECTORY TARGET [DIRECTORY TARGET ...]

IDS is a JSON list of token ids. Each TARGET gets the logits after every prefix as float32, row by row. Fails where a
directory has tensors missing or left over.
"""

import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(1)
ids = json.loads(sys.argv[1])
for directory, target in zip(sys.argv[2::2], sys.argv[3::2]):
    model, report = AutoModelForCausalLM.from_pretrained(
        directory, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    wrong = {key: sorted(report[key]) for key in ("missing_keys", "unexpected_keys", "mismatched_keys") if report[key]}
    if wrong:
        raise SystemExit(f"{directory}: {wrong}")
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].float()
    open(target, "wb").write(logits.numpy().tobytes())
    tokenizer = AutoTokenizer.from_pretrained(directory)
    text = "What is 17 + 25?\n  你好，世界 <think> It's 3.14159"
    print(json.dumps({"directory": directory, "ids": tokenizer.encode(text, add_special_tokens=False)}), flush=True)
print(f"transformers {transformers.__version__}, torch {torch.__version__}", file=sys.stderr)
