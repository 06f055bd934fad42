#!/usr/bin/env python3
"""Checks a checkpoint of this repository against Hugging Face transformers (float32, CPU).

Needs (in a virtual environment of its own):
    pip install -r scripts/goldens/requirements.txt

    python scripts/check_transformers.py models/nano

These must hold, else the exit status is 1:
  1. DeepseekV3ForCausalLM loads config.json and model.safetensors with nothing missing; left over may be only the
     multi-token prediction modules, which transformers keeps apart;
  2. AutoTokenizer loads the tokenizer and gives the ids of `tokenizers`, and the chat template opens a turn;
  3. `jingqi logits` gives the same logits within 1e-3, naive and absorbed;
  4. `jingqi ask --file --json` gives the same greedy thinking, answer and number of tokens on 20 questions.
The report goes to docs/transformers-check.md.
"""

import argparse
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import tokenizers
import torch
import transformers
from transformers import AutoTokenizer, DeepseekV3ForCausalLM

ROOT = Path(__file__).resolve().parent.parent
LOGIT_TOLERANCE = 1e-3
LOGIT_SEQUENCES = 4
LOGIT_LENGTH = 96
THINK_OPEN, THINK_CLOSE = "<think>", "</think>"
QUESTIONS = [
    "What is 4821 + 3977?",
    "Calculate 9003 - 4568.",
    "How much is 47 * 86?",
    "1764 / 42 = ?",
    "3508加2794等于多少？",
    "计算63×58。",
    "Which is larger, 9.11 or 9.9?",
    "Is 0.75 or 0.8 smaller?",
    "9.11和9.9哪个大？",
    "How many r's are in strawberry?",
    "Count the letter e in independence.",
    "单词banana里有几个字母a？",
    "Use 3, 7 and 25 to make 46.",
    "Countdown: numbers 4, 6, 50, target 74.",
    "用5、8、12凑出100。",
    "Solve 3x + 7 = 52.",
    "What comes next: 2, 6, 18, 54?",
    "Sort 41, 7, 93, 28 from smallest to largest.",
    "What date is 45 days after March 3, 2024?",
    "把19、4、72、33从小到大排列。",
]


@dataclass
class Completion:
    ids: list[int]
    thinking: str
    answer: str
    finished: bool
    closest_choice: float
    """Smallest distance, over the steps, of the best logit from the second best."""


def load_model(folder: Path):
    model, report = DeepseekV3ForCausalLM.from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation="eager",
        experts_implementation="eager",
        output_loading_info=True,
    )
    config = model.config
    modules = range(config.num_hidden_layers, config.num_hidden_layers + (config.num_mtp_layers or 0))
    prefixes = tuple(f"model.layers.{layer}." for layer in modules)
    unexpected = [key for key in report["unexpected_keys"] if not (prefixes and key.startswith(prefixes))]
    missing = [key for key in report["missing_keys"] if not (key == "lm_head.weight" and config.tie_word_embeddings)]
    if missing or unexpected or report["mismatched_keys"]:
        sys.exit(f"{folder}: missing {missing}, unexpected {unexpected}, mismatched {report['mismatched_keys']}")
    return model.eval(), len(report["unexpected_keys"])


def load_tokenizer(folder: Path):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    reference = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    for text in [prompt_text(tokenizer, question) for question in QUESTIONS] + QUESTIONS:
        ours, theirs = tokenizer(text)["input_ids"], reference.encode(text, add_special_tokens=False).ids
        if ours != theirs:
            sys.exit(f"AutoTokenizer ({type(tokenizer).__name__}) reads {text!r} as {ours}, tokenizers as {theirs}")
        if tokenizer.decode(ours, clean_up_tokenization_spaces=False) != text:
            sys.exit(f"AutoTokenizer ({type(tokenizer).__name__}) does not give {text!r} back")
    return tokenizer


def prompt_text(tokenizer, question: str) -> str:
    messages = [{"role": "user", "content": question}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)


def split_thinking(text: str, starts_inside: bool) -> tuple[str, str]:
    """Thinking and answer of a completion, without the marks and the line ends around them."""
    opened = text.lstrip("\r\n") if starts_inside else text.lstrip()
    if not starts_inside and not opened.startswith(THINK_OPEN):
        return "", text.lstrip("\r\n")
    # A mark that repeats the one of the prompt belongs to neither part.
    text = opened.removeprefix(THINK_OPEN)
    thinking, _, answer = text.partition(THINK_CLOSE)
    return thinking.strip("\r\n"), answer.lstrip("\r\n")


@torch.no_grad()
def complete(model, tokenizer, question: str, limit: int) -> Completion:
    prompt = prompt_text(tokenizer, question)
    ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
    end = model.config.eos_token_id
    ends = end if isinstance(end, list) else [end]
    output = model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        do_sample=False,
        max_new_tokens=min(limit, model.config.max_position_embeddings - ids.shape[1]),
        eos_token_id=ends,
        pad_token_id=ends[0],
        output_logits=True,
        return_dict_in_generate=True,
    )
    new = output.sequences[0, ids.shape[1] :].tolist()
    best = torch.cat(output.logits).topk(2, dim=-1).values
    finished = new[-1] in ends
    text = tokenizer.decode(new[:-1] if finished else new, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    thinking, answer = split_thinking(text, prompt.rstrip("\n").endswith(THINK_OPEN))
    return Completion(new, thinking, answer, finished, (best[:, 0] - best[:, 1]).min().item())


def run(command: list[str]) -> str:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{shlex.join(command)} ended with {result.returncode}:\n{result.stderr}")
    return result.stdout


@torch.no_grad()
def logits_rows(model, folder: Path, jingqi: list[str], sequences: list[list[int]]) -> list[dict]:
    rows = []
    for ids in sequences:
        expected = model(torch.tensor([ids])).logits[0]
        for form in ("naive", "absorbed"):
            command = ["logits", str(folder), "--ids", ",".join(map(str, ids)), "--attention", form, "--json"]
            ours = torch.tensor(json.loads(run(jingqi + command))["logits"])
            if ours.shape != expected.shape:
                sys.exit(f"jingqi logits gave the shape {tuple(ours.shape)}, not {tuple(expected.shape)}")
            rows.append(
                {
                    "tokens": len(ids),
                    "form": form,
                    "difference": (ours - expected).abs().max().item(),
                    "same_best": (ours.argmax(-1) == expected.argmax(-1)).float().mean().item(),
                    "largest": expected.abs().max().item(),
                }
            )
    return rows


def ask(folder: Path, jingqi: list[str], options: list[str], questions: list[str]) -> list[dict]:
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "questions.jsonl"
        file.write_text("".join(json.dumps({"question": text}, ensure_ascii=False) + "\n" for text in questions))
        output = run(jingqi + ["ask", "--model", str(folder), "--file", str(file), "--json", *options])
    answers = [json.loads(line) for line in output.splitlines() if line.strip()]
    if [entry.get("question") for entry in answers] != questions:
        sys.exit(f"jingqi ask gave {len(answers)} lines that do not repeat the {len(questions)} questions in order")
    return answers


def token_count(tokens: int | list) -> int:
    return tokens if isinstance(tokens, int) else len(tokens)


def problem(ours: dict, theirs: Completion) -> str | None:
    """What differs between the two answers, or nothing."""
    for field, expected in (("thinking", theirs.thinking), ("answer", theirs.answer)):
        if ours[field] != expected:
            place = len(os.path.commonprefix([ours[field], expected]))
            return f"{field} from character {place}: {ours[field][place:][:40]!r}, transformers {expected[place:][:40]!r}"
    # The end token may or may not be counted as one of the answer's.
    counts = {len(theirs.ids), len(theirs.ids) - theirs.finished}
    if token_count(ours["tokens"]) not in counts:
        return f"{token_count(ours['tokens'])} tokens, transformers {len(theirs.ids)}"
    return None


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write_report(path: Path, facts: dict) -> None:
    rows, answers = facts["logits"], facts["answers"]
    agreeing = sum(fault is None for _, _, fault in answers)
    lines = [
        "# The checkpoint in Hugging Face transformers",
        "",
        f"Written by `python scripts/check_transformers.py {facts['folder']}`.",
        "",
        f"Result: **{'holds' if facts['holds'] else 'does not hold'}**. Largest difference of any logit"
        f" {max(row['difference'] for row in rows):.1e} (allowed {LOGIT_TOLERANCE:.0e});"
        f" {agreeing} of {len(answers)} greedy answers equal.",
        "",
        "| what | version |",
        "|---|---|",
        *(f"| {name} | {version} |" for name, version in facts["versions"].items()),
        "",
        f"`DeepseekV3ForCausalLM` (float32, CPU) holds {facts['parameters']:,} parameters of the file;"
        f" {facts['left_over']} tensors of multi-token prediction modules are left over, which it does not run."
        f" `AutoTokenizer` gives a `{facts['tokenizer']}` with the same ids as `tokenizers`.",
        "",
        "## Logits after every prefix",
        "",
        "Prompts with transformers' greedy continuation.",
        "",
        "| tokens | attention | largest difference | same best token | largest logit |",
        "|---|---|---|---|---|",
        *(
            f"| {row['tokens']} | {row['form']} | {row['difference']:.1e} | {row['same_best']:.1%} | {row['largest']:.1f} |"
            for row in rows
        ),
        "",
        "## Greedy answers",
        "",
        "Closest choice is the smallest distance of the best logit from the second best along the answer.",
        "",
        "| question | answer by transformers | tokens | closest choice | same |",
        "|---|---|---|---|---|",
        *(
            f"| {cell(question)} | {cell(theirs.answer) or '(none)'}{'' if theirs.finished else ' (cut off)'} |"
            f" {len(theirs.ids)} | {theirs.closest_choice:.3f} | {'yes' if fault is None else cell(fault)} |"
            for question, theirs, fault in answers
        ),
        "",
    ]
    temporary = path.with_suffix(".tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary.write_text("\n".join(lines))
    temporary.replace(path)


def versions() -> dict:
    node = run([str(ROOT / "node_modules" / ".bin" / "node"), "--version"]).strip()
    return {
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "tokenizers": tokenizers.__version__,
        "Python": platform.python_version(),
        "Node": node.removeprefix("v"),
        "jingqi": json.loads((ROOT / "package.json").read_text())["version"],
    }


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path, help="folder with config.json, model.safetensors and the tokenizer")
    parser.add_argument("--questions", type=Path, help='JSON lines of {"question": …}; default: 20 of the script')
    parser.add_argument("--max-new-tokens", type=int, default=1024, help="a longer answer is cut off")
    parser.add_argument("--jingqi", default="npm run -s jingqi --", help="the command to compare with")
    parser.add_argument("--ask-options", default="", help="further options of `jingqi ask`")
    parser.add_argument("--report", type=Path, default=ROOT / "docs" / "transformers-check.md")
    parser.add_argument("--transformers-only", action="store_true", help="load and answer, compare nothing")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    folder = arguments.model.resolve()
    if not (folder / "config.json").is_file():
        sys.exit(f"{folder} holds no config.json; name the folder of a checkpoint")
    questions = QUESTIONS
    if arguments.questions:
        questions = [json.loads(line)["question"] for line in arguments.questions.read_text().splitlines() if line]
    model, left_over = load_model(folder)
    tokenizer = load_tokenizer(folder)
    completions = [complete(model, tokenizer, question, arguments.max_new_tokens) for question in questions]
    if arguments.transformers_only:
        for question, completion in zip(questions, completions):
            print(f"{question} -> {completion.answer!r} ({len(completion.ids)} tokens)")
        return
    jingqi = shlex.split(arguments.jingqi)
    sequences = [
        (tokenizer(prompt_text(tokenizer, question))["input_ids"] + completion.ids)[:LOGIT_LENGTH]
        for question, completion in list(zip(questions, completions))[:: max(1, len(questions) // LOGIT_SEQUENCES)]
    ]
    logits = logits_rows(model, folder, jingqi, sequences[:LOGIT_SEQUENCES])
    ours = ask(folder, jingqi, shlex.split(arguments.ask_options), questions)
    answers = [
        (question, theirs, problem(entry, theirs)) for question, theirs, entry in zip(questions, completions, ours)
    ]
    holds = all(row["difference"] <= LOGIT_TOLERANCE for row in logits) and not any(fault for *_, fault in answers)
    facts = {
        "folder": os.path.relpath(folder, ROOT),
        "holds": holds,
        "versions": versions(),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "left_over": left_over,
        "tokenizer": type(tokenizer).__name__,
        "logits": logits,
        "answers": answers,
    }
    write_report(arguments.report, facts)
    print(f"{arguments.report}: {'holds' if holds else 'DOES NOT HOLD'}")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
