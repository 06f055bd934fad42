"""Small random-weight models and what Hugging Face transformers computes from them.

    python scripts/goldens/make_goldens.py [--out tests/goldens] [--only NAME ...]

Writes NAME/config.json, NAME/model.safetensors and NAME/golden.json for every entry of
configs.py. Weights are BF16 (the correction bias F32, as DeepSeek's checkpoints have it),
all arithmetic is float32 on one CPU thread. Running it twice gives the same bytes.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy
import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers.modeling_layers import MtpModel

from configs import CONFIGS

PROMPT_LENGTH = 14
GREEDY_LENGTH = 8
# A routing choice or an argmax decided by less than this could flip by rounding alone,
# so a seed that comes closer is passed over.
ROUTING_MARGIN = 2e-3
LOGIT_MARGIN = 2e-2
INDEX_MARGIN = 1e-3
# float32 in another order of summation must stay this close, so that 1e-4 is a fair bound.
PREFIX_TOLERANCE = 1e-5


class Weights:
    """Draws tensors from one seeded generator, rounded to BF16, under their Hugging Face names."""

    def __init__(self, seed: int):
        self.random = numpy.random.Generator(numpy.random.PCG64(seed))
        self.tensors: dict[str, torch.Tensor] = {}

    def draw(self, shape: tuple[int, ...]) -> torch.Tensor:
        return torch.from_numpy(self.random.standard_normal(shape, dtype=numpy.float32))

    def linear(self, name: str, outputs: int, inputs: int, gain: float = 1.0) -> None:
        self.tensors[f"{name}.weight"] = (self.draw((outputs, inputs)) * (gain / inputs**0.5)).bfloat16()

    def bias(self, name: str, size: int) -> None:
        self.tensors[f"{name}.bias"] = (0.5 * self.draw((size,))).bfloat16()

    def norm(self, name: str, size: int) -> None:
        self.tensors[f"{name}.weight"] = (1 + 0.2 * self.draw((size,))).bfloat16()

    def gated(self, name: str, hidden: int, intermediate: int) -> None:
        self.linear(f"{name}.gate_proj", intermediate, hidden, 1.4)
        self.linear(f"{name}.up_proj", intermediate, hidden, 1.4)
        self.linear(f"{name}.down_proj", hidden, intermediate, 1.2)


def draw_grouped_query(weights: Weights, name: str, config: dict) -> None:
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    dim = config.get("head_dim", hidden // heads)
    keys = config["num_key_value_heads"] * dim
    kind = config["model_type"]
    biased = kind == "qwen2" or config["attention_bias"]
    for projection, rows, gain in (("q_proj", heads * dim, 1.6), ("k_proj", keys, 1.3), ("v_proj", keys, 1.3)):
        weights.linear(f"{name}.{projection}", rows, hidden, gain)
        if biased:
            weights.bias(f"{name}.{projection}", rows)
    if kind == "qwen3":
        weights.norm(f"{name}.q_norm", dim)
        weights.norm(f"{name}.k_norm", dim)
    weights.linear(f"{name}.o_proj", hidden, heads * dim)
    if biased and kind != "qwen2":
        weights.bias(f"{name}.o_proj", hidden)


def draw_latent(weights: Weights, name: str, config: dict) -> None:
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    nope, rope = config["qk_nope_head_dim"], config["qk_rope_head_dim"]
    value, latent, query_rank = config["v_head_dim"], config["kv_lora_rank"], config["q_lora_rank"]
    # Gains above 1 make attention pick among positions instead of averaging them.
    if query_rank is None:
        weights.linear(f"{name}.q_proj", heads * (nope + rope), hidden, 1.6)
    else:
        weights.linear(f"{name}.q_a_proj", query_rank, hidden)
        weights.norm(f"{name}.q_a_layernorm", query_rank)
        weights.linear(f"{name}.q_b_proj", heads * (nope + rope), query_rank, 1.6)
    weights.linear(f"{name}.kv_a_proj_with_mqa", latent + rope, hidden, 1.3)
    weights.norm(f"{name}.kv_a_layernorm", latent)
    weights.linear(f"{name}.kv_b_proj", heads * (nope + value), latent, 1.3)
    weights.linear(f"{name}.o_proj", hidden, heads * value)
    if config["model_type"] == "deepseek_v32":
        index_heads, index_dim = config["index_n_heads"], config["index_head_dim"]
        weights.linear(f"{name}.indexer.wq_b", index_heads * index_dim, query_rank)
        weights.linear(f"{name}.indexer.wk", index_dim, hidden)
        weights.norm(f"{name}.indexer.k_norm", index_dim)
        weights.bias(f"{name}.indexer.k_norm", index_dim)
        weights.linear(f"{name}.indexer.weights_proj", index_heads, hidden, 3)


def draw_experts(weights: Weights, name: str, config: dict) -> None:
    hidden, intermediate = config["hidden_size"], config["moe_intermediate_size"]
    count = config["n_routed_experts"]
    weights.linear(f"{name}.gate", count, hidden, 1.5)
    if config["topk_method"] == "noaux_tc":
        weights.tensors[f"{name}.gate.e_score_correction_bias"] = 0.1 * weights.draw((count,))
    for expert in range(count):
        weights.gated(f"{name}.experts.{expert}", hidden, intermediate)
    weights.gated(f"{name}.shared_experts", hidden, intermediate * config["n_shared_experts"])


def draw_block(weights: Weights, name: str, config: dict, dense: bool) -> None:
    weights.norm(f"{name}.input_layernorm", config["hidden_size"])
    draw = draw_latent if "kv_lora_rank" in config else draw_grouped_query
    draw(weights, f"{name}.self_attn", config)
    weights.norm(f"{name}.post_attention_layernorm", config["hidden_size"])
    if dense:
        weights.gated(f"{name}.mlp", config["hidden_size"], config["intermediate_size"])
    else:
        draw_experts(weights, f"{name}.mlp", config)


def draw_model(config: dict, seed: int) -> dict[str, torch.Tensor]:
    weights = Weights(seed)
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    embedding = weights.draw((config["vocab_size"], hidden))
    tied = config["tie_word_embeddings"]
    weights.tensors["model.embed_tokens.weight"] = (embedding * (0.5 if tied else 1.0)).bfloat16()
    for layer in range(layers):
        draw_block(weights, f"model.layers.{layer}", config, layer < config.get("first_k_dense_replace", layers))
    for layer in range(layers, layers + config.get("num_nextn_predict_layers", 0)):
        name = f"model.layers.{layer}"
        weights.norm(f"{name}.enorm", hidden)
        weights.norm(f"{name}.hnorm", hidden)
        weights.linear(f"{name}.eh_proj", hidden, 2 * hidden, 1.4)
        draw_block(weights, name, config, dense=False)
        weights.norm(f"{name}.shared_head.norm", hidden)
        # DeepSeek's checkpoints repeat the shared embedding and head inside the module.
        weights.tensors[f"{name}.embed_tokens.weight"] = weights.tensors["model.embed_tokens.weight"]
    weights.norm("model.norm", hidden)
    if not tied:
        weights.linear("lm_head", config["vocab_size"], hidden, 1.6)
    for layer in range(layers, layers + config.get("num_nextn_predict_layers", 0)):
        weights.tensors[f"model.layers.{layer}.shared_head.head.weight"] = weights.tensors["lm_head.weight"]
    return {name: tensor.clone().contiguous() for name, tensor in weights.tensors.items()}


def load_model(folder: Path, config: dict):
    """Loads the files as a user would, and insists that every tensor found its place."""
    model, report = getattr(transformers, config["architectures"][0]).from_pretrained(
        folder,
        dtype=torch.float32,
        attn_implementation="eager",
        experts_implementation="eager",
        output_loading_info=True,
    )
    mtp_prefix = f"model.layers.{config['num_hidden_layers']}."
    unexpected = [key for key in report["unexpected_keys"] if not key.startswith(mtp_prefix)]
    missing = [key for key in report["missing_keys"] if key != "lm_head.weight" or not config["tie_word_embeddings"]]
    if missing or unexpected or report["mismatched_keys"]:
        raise SystemExit(f"{folder}: missing {missing}, unexpected {unexpected}, {report['mismatched_keys']}")
    return model.eval()


def record_routers(model) -> dict[str, tuple]:
    """Keeps the latest output of every router: (scores before activation, weights, chosen ids)."""
    seen: dict[str, tuple] = {}
    for name, module in model.named_modules():
        if name.endswith("mlp.gate"):
            module.register_forward_hook(
                lambda module, inputs, output, name=name: seen.__setitem__(name, (module, *output))
            )
    return seen


def smallest_gap(values: torch.Tensor, chosen: int) -> float:
    """Least distance, over rows, between the chosen-th and the next largest value."""
    if chosen >= values.shape[-1]:
        return float("inf")
    ordered = values.sort(dim=-1, descending=True).values
    return (ordered[:, chosen - 1] - ordered[:, chosen]).min().item()


def routing_gap(config: dict, router: tuple) -> float:
    module, logits = router[0], router[1]
    sigmoid = config["model_type"] != "deepseek_v2"
    # Softmax keeps the order of its inputs, so their distances say how firm a choice is.
    scores = logits.sigmoid() + module.e_score_correction_bias if sigmoid else logits
    if config["n_group"] == 1 or config["topk_method"] == "greedy":
        return smallest_gap(scores, config["num_experts_per_tok"])
    groups = scores.view(scores.shape[0], config["n_group"], -1)
    group_scores = groups.topk(2, dim=-1).values.sum(-1) if sigmoid else groups.amax(-1)
    kept = group_scores.topk(config["topk_group"], dim=-1).indices.sort(-1).values
    allowed = groups.gather(1, kept[..., None].expand(-1, -1, groups.shape[-1])).flatten(1)
    return min(
        smallest_gap(group_scores, config["topk_group"]),
        smallest_gap(allowed, config["num_experts_per_tok"]),
    )


class IndexGaps:
    """The least distance, over all rows that an indexer has to choose for, between the last chosen score and the next."""

    def __init__(self, model):
        self.least = float("inf")
        self.topk = torch.Tensor.topk
        for name, module in model.named_modules():
            if name.endswith(".indexer"):
                module.register_forward_pre_hook(lambda *_: setattr(torch.Tensor, "topk", self.recording()))
                module.register_forward_hook(lambda *_: setattr(torch.Tensor, "topk", self.topk))

    def recording(self):
        def topk(scores: torch.Tensor, k: int, dim: int = -1):
            for row in scores.flatten(0, -2):
                seen = row[row > torch.finfo(row.dtype).min / 2]
                self.least = min(self.least, smallest_gap(seen[None], k))
            return self.topk(scores, k, dim=dim)

        return topk


def rounded(tensor: torch.Tensor) -> list:
    return numpy.round(tensor.double().numpy(), 7).tolist()


def routing_record(routers: dict[str, tuple], name_to_layer) -> dict:
    layers = {}
    for name, (_, _, weights, indices) in routers.items():
        order = indices.argsort(dim=-1)
        layers[name_to_layer(name)] = {
            "experts": indices.gather(1, order).tolist(),
            "weights": rounded(weights.gather(1, order)),
        }
    return layers


def prefix_difference(model, tokens: list[int], logits: torch.Tensor) -> float:
    """Largest change of any logit when a prefix is run alone, or token by token over the cache."""
    cache = None
    largest = 0.0
    for position, token in enumerate(tokens):
        step = model(torch.tensor([[token]]), cache=cache, use_cache=True)
        cache = step.cache
        alone = model(torch.tensor([tokens[: position + 1]]))
        for other in (step, alone):
            largest = max(largest, (other.logits[0, -1] - logits[position]).abs().max().item())
    return largest


def mtp_record(model, config: dict, tokens: list[int]) -> tuple[dict, float]:
    """Logits of the multi-token prediction module, entry p predicting tokens[p + 2], and its routing gap."""
    # transformers knows the module only as layer 61, the place it has in DeepSeek-V3.
    model._keys_to_ignore_on_load_unexpected = [rf"model\.layers\.{config['num_hidden_layers']}\..*"]
    module = MtpModel.from_pretrained(model).eval()
    raw: list[torch.Tensor] = []
    hook = model.model.norm.register_forward_hook(lambda _module, inputs, _output: raw.append(inputs[0]))
    normed = model.model(torch.tensor([tokens])).last_hidden_state
    hook.remove()
    routers = record_routers(module)

    def run(hidden: torch.Tensor, count: int) -> torch.Tensor:
        positions = torch.arange(1, count + 1)[None]
        following = torch.tensor([tokens[1 : count + 1]])
        return model.lm_head(module.forward_layer(0, hidden[:, :count], positions, None, input_ids=following))[0]

    record: dict = {}
    gap = float("inf")
    count = len(tokens) - 1
    for name, hidden in (("after_final_norm", normed), ("before_final_norm", raw[0])):
        half = run(hidden, count // 2)
        logits = run(hidden, count)
        if (half - logits[: count // 2]).abs().max() > 2e-5:
            raise SystemExit("the prediction module looks at later tokens")
        gap = min(gap, *(routing_gap(config, router) for router in routers.values()))
        record[name] = {
            "logits": rounded(logits),
            "routing": routing_record(routers, lambda _name: str(config["num_hidden_layers"])),
        }
    return record, gap


@torch.no_grad()
def compute(folder: Path, config: dict, tokens: list[int]) -> tuple[dict, str | None]:
    """Returns the golden values and, if they are no firm ground for a comparison, why."""
    model = load_model(folder, config)
    routers = record_routers(model)
    gaps = IndexGaps(model)
    sequence = list(tokens)
    for _ in range(GREEDY_LENGTH):
        last = model(torch.tensor([sequence])).logits[:, -1]
        if smallest_gap(last, 1) < LOGIT_MARGIN:
            return {}, "a greedy choice is close"
        sequence.append(int(last.argmax()))
    model(torch.tensor([sequence]))
    if any(routing_gap(config, router) < ROUTING_MARGIN for router in routers.values()):
        return {}, "a routing choice is close"
    if gaps.least < INDEX_MARGIN:
        return {}, "a choice of positions is close"
    logits = model(torch.tensor([tokens])).logits[0]
    record = {
        "tokens": tokens,
        "logits_last_by_prefix": rounded(logits),
        "routing": routing_record(routers, lambda name: name.split(".")[2]),
        f"greedy_next_{GREEDY_LENGTH}": sequence[len(tokens) :],
        "softmax_scale": model.model.layers[0].self_attn.scaling,
        "rotary_frequencies": model.model.rotary_emb.inv_freq.tolist(),
        "rotary_attention_scaling": model.model.rotary_emb.attention_scaling,
    }
    if prefix_difference(model, tokens, logits) > PREFIX_TOLERANCE:
        return {}, "rounding moves the logits too far"
    if config.get("num_nextn_predict_layers"):
        record["mtp"], gap = mtp_record(model, config, tokens)
        if gap < ROUTING_MARGIN:
            return {}, "a routing choice of the prediction module is close"
    return record, None


def versions() -> dict:
    return {
        "transformers": transformers.__version__,
        "torch": torch.__version__.split("+")[0],
        "numpy": numpy.__version__,
        "safetensors": safetensors.__version__,
    }


def write_json(path: Path, value: dict, indent: int | None = None) -> None:
    separators = None if indent else (",", ":")
    path.write_text(json.dumps(value, indent=indent, separators=separators) + "\n")


def make(name: str, config: dict, out: Path) -> None:
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config, indent=2)
    for seed in range(1, 200):
        random = numpy.random.Generator(numpy.random.PCG64(1000 + seed))
        tokens = random.integers(2, config["vocab_size"], PROMPT_LENGTH).tolist()
        save_file(draw_model(config, seed), folder / "model.safetensors", metadata={"format": "pt"})
        (folder / "model.safetensors").chmod(0o644)
        record, doubt = compute(folder, config, tokens)
        if doubt is None:
            break
    else:
        raise SystemExit(f"{name}: no seed gives firm ground, last: {doubt}")
    write_json(folder / "golden.json", {"versions": versions(), "seed": seed, **record})
    spread = numpy.std(record["logits_last_by_prefix"])
    used = [len({expert for row in layer["experts"] for expert in row}) for layer in record["routing"].values()]
    print(f"{name}: seed {seed}, logit deviation {spread:.2f}, experts used by layer {used}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests" / "goldens")
    parser.add_argument("--only", nargs="*", help="names from configs.py")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for name in arguments.only or CONFIGS:
        make(name, CONFIGS[name], arguments.out)


if __name__ == "__main__":
    main()
