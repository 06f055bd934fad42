"""Forward and backward values of single operations, computed by torch in float64.

    python scripts/goldens/make_op_goldens.py [--out tests/goldens/ops.json]

Every input is a small multiple of a power of two, so float32 and float64 hold it exactly. Tensors are
{"shape": [...], "data": [...]}, row-major; outputs have 10 significant digits.
"""

import argparse
import json
import math
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy
import torch
from torch.nn import functional
from transformers import DeepseekV2Config, DeepseekV3Config
from transformers.models.deepseek_v2.modeling_deepseek_v2 import DeepseekV2TopkRouter
from transformers.models.deepseek_v3.modeling_deepseek_v3 import (
    DeepseekV3RMSNorm,
    DeepseekV3RotaryEmbedding,
    DeepseekV3TopkRouter,
    apply_rotary_pos_emb,
)

from make_goldens import versions

torch.set_default_dtype(torch.float64)
RANDOM = numpy.random.Generator(numpy.random.PCG64(20))


def draw(*shape: int, scale: float = 1.0) -> torch.Tensor:
    """Normal values rounded to multiples of 1/256, recording gradients."""
    values = numpy.round(RANDOM.standard_normal(shape) * scale * 256) / 256
    return torch.tensor(values, requires_grad=True)


def plain(value, exact: bool = False):
    """A JSON form: tensors become shape and data (inputs with all their digits), numbers pass."""
    if isinstance(value, dict):
        return {key: plain(entry, exact or key == "inputs") for key, entry in value.items()}
    if isinstance(value, list):
        return [plain(entry, exact) for entry in value]
    if not isinstance(value, torch.Tensor):
        return value
    flat = value.detach().flatten().tolist()
    data = flat if exact or not value.is_floating_point() else [float(f"{number:.10g}") for number in flat]
    return {"shape": list(value.shape), "data": data}


def close(name: str, ours: torch.Tensor, theirs: torch.Tensor, tolerance: float) -> None:
    difference = (ours.double() - theirs.double()).abs().max().item()
    if not difference <= tolerance:
        raise SystemExit(f"{name}: differs from the library by {difference}")


def softmax() -> dict:
    x, dy = draw(5, 7, scale=3), draw(5, 7)
    with torch.no_grad():
        x[1] += 500  # exp overflows unless the maximum is taken off first
        x[2, 3:] = -1e4
    y = x.softmax(-1)
    (dx,) = torch.autograd.grad(y, x, dy)
    return {"inputs": {"x": x, "dy": dy}, "outputs": {"y": y, "dx": dx}}


def cross_entropy() -> dict:
    logits = draw(6, 11, scale=3)
    targets = torch.tensor([4, 0, -100, 10, 7, 4])
    losses = functional.cross_entropy(logits, targets, ignore_index=-100, reduction="none")
    mean = functional.cross_entropy(logits, targets, ignore_index=-100)
    (gradient,) = torch.autograd.grad(mean, logits)
    return {
        "inputs": {"logits": logits, "targets": targets},
        "parameters": {"ignored_target": -100},
        "outputs": {
            "losses": losses,
            "log_sum_exp": logits.logsumexp(-1),
            "mean_loss": mean.item(),
            "d_mean_loss_d_logits": gradient,
        },
    }


def rms_norm() -> dict:
    x, weight, dy = draw(4, 10, scale=2), draw(10), draw(4, 10)
    with torch.no_grad():
        x[2] /= 128  # small enough for epsilon to count
    epsilon = 1e-3
    y = functional.rms_norm(x, (10,), weight, epsilon)
    dx, dweight = torch.autograd.grad(y, (x, weight), dy)
    module = DeepseekV3RMSNorm(10, epsilon)
    module.weight.data = weight.detach()
    close("rms_norm", y, module(x), 1e-5)
    return {
        "inputs": {"x": x, "weight": weight, "dy": dy},
        "parameters": {"epsilon": epsilon},
        "outputs": {"y": y, "dx": dx, "dweight": dweight},
    }


def yarn_frequencies(dim: int, theta: float, yarn: dict) -> torch.Tensor:
    """Angle per position of each pair: interpolated low frequencies, a ramp, original high ones."""

    def pair_of(rotations: float) -> float:
        length = yarn["original_max_position_embeddings"]
        return dim * math.log(length / (rotations * 2 * math.pi)) / (2 * math.log(theta))

    low = max(math.floor(pair_of(yarn["beta_fast"])), 0)
    high = min(math.ceil(pair_of(yarn["beta_slow"])), dim - 1)
    pairs = torch.arange(dim // 2)
    original = theta ** (-2.0 * pairs / dim)
    ramp = ((pairs - low) / max(high - low, 1e-3)).clamp(0, 1)
    return original * (1 - ramp) + original / yarn["factor"] * ramp


def rotate(x: torch.Tensor, positions: torch.Tensor, frequencies: torch.Tensor, interleaved: bool) -> torch.Tensor:
    """x [tokens, heads, dim]; complex multiplication of each pair by its angle."""
    half = x.shape[-1] // 2
    first, second = (x[..., 0::2], x[..., 1::2]) if interleaved else (x[..., :half], x[..., half:])
    angles = positions[:, None, None] * frequencies
    turned = torch.complex(first, second) * torch.polar(torch.ones_like(angles), angles)
    if interleaved:
        return torch.view_as_real(turned).flatten(-2)
    return torch.cat([turned.real, turned.imag], -1)


def rotary() -> dict:
    positions = torch.tensor([0, 1, 5, 17, 100])
    x, dy = draw(5, 2, 8), draw(5, 2, 8)
    frequencies = 10000.0 ** (-torch.arange(0, 8, 2) / 8)
    cases = {}
    for name, interleaved in (("interleaved", True), ("half_split", False)):
        y = rotate(x, positions, frequencies, interleaved)
        (dx,) = torch.autograd.grad(y, x, dy)
        cases[name] = {"y": y, "dx": dx}
    doubled = torch.cat([positions[:, None] * frequencies] * 2, -1)[None]
    theirs, _ = apply_rotary_pos_emb(x[None], x[None], doubled.cos(), doubled.sin(), unsqueeze_dim=2)
    close("rotary half split", cases["half_split"]["y"], theirs[0], 1e-12)
    return {
        "inputs": {"x": x, "dy": dy, "positions": positions},
        "parameters": {"theta": 10000.0},
        "outputs": {"frequencies": frequencies, **cases},
    }


def yarn() -> list:
    cases = []
    for dim, theta, mscale, mscale_all_dim, fields in (
        (64, 10000.0, 1.0, 1.0, {"factor": 40.0, "original_max_position_embeddings": 4096, "beta_fast": 32.0, "beta_slow": 1.0}),
        (16, 10000.0, 1.0, 0.6, {"factor": 40.0, "original_max_position_embeddings": 4096, "beta_fast": 32.0, "beta_slow": 1.0}),
        (8, 500.0, 0.707, 0.707, {"factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 4.0, "beta_slow": 1.0}),
    ):
        frequencies = yarn_frequencies(dim, theta, fields)
        config = DeepseekV3Config(
            qk_rope_head_dim=dim,
            max_position_embeddings=int(fields["original_max_position_embeddings"] * fields["factor"]),
            rope_parameters={
                "rope_type": "yarn", "rope_theta": theta, "mscale": mscale, "mscale_all_dim": mscale_all_dim, **fields,
            },
        )
        library = DeepseekV3RotaryEmbedding(config)
        close("yarn", frequencies / library.inv_freq.double(), torch.ones(dim // 2), 1e-6)
        growth = 0.1 * math.log(fields["factor"])
        scaling = (growth * mscale + 1) / (growth * mscale_all_dim + 1)
        close("yarn scaling", torch.tensor(scaling), torch.tensor(library.attention_scaling), 1e-12)
        cases.append(
            {
                "parameters": {"dim": dim, "theta": theta, "mscale": mscale, "mscale_all_dim": mscale_all_dim, **fields},
                "outputs": {
                    "frequencies": frequencies,
                    "cos_sin_scaling": scaling,
                    "softmax_scale_factor": (growth * mscale_all_dim + 1) ** 2,
                },
            }
        )
    return cases


def silu_gate() -> dict:
    gate, up, dy = draw(3, 9, scale=3), draw(3, 9), draw(3, 9)
    with torch.no_grad():
        gate[0, 0], gate[0, 1] = 60, -60
    y = functional.silu(gate) * up
    dgate, dup = torch.autograd.grad(y, (gate, up), dy)
    return {"inputs": {"gate": gate, "up": up, "dy": dy}, "outputs": {"y": y, "dgate": dgate, "dup": dup}}


def attention(heads: int, key_heads: int) -> dict:
    """Tokens see earlier tokens of their own document only."""
    documents = torch.tensor([0, 0, 0, 0, 1, 1, 1, 2, 2])
    tokens, key_dim, value_dim = len(documents), 6, 5
    q, k = draw(tokens, heads, key_dim, scale=2), draw(tokens, key_heads, key_dim, scale=2)
    v, dy = draw(tokens, key_heads, value_dim), draw(tokens, heads, value_dim)
    scale = 0.375
    order = torch.arange(tokens)
    visible = (documents[:, None] == documents[None]) & (order[:, None] >= order[None])
    repeat = heads // key_heads
    wide_k, wide_v = k.repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
    scores = torch.einsum("qhd,khd->hqk", q, wide_k) * scale
    scores = scores.masked_fill(~visible, float("-inf"))
    y = torch.einsum("hqk,khd->qhd", scores.softmax(-1), wide_v)
    dq, dk, dv = torch.autograd.grad(y, (q, k, v), dy)
    library = functional.scaled_dot_product_attention(
        q.transpose(0, 1), wide_k.transpose(0, 1), wide_v.transpose(0, 1), attn_mask=visible, scale=scale
    )
    close("attention", y, library.transpose(0, 1), 1e-12)
    return {
        "inputs": {"q": q, "k": k, "v": v, "dy": dy, "documents": documents},
        "parameters": {"scale": scale},
        "outputs": {"y": y, "log_sum_exp": scores.logsumexp(-1).T, "dq": dq, "dk": dk, "dv": dv},
    }


def adamw() -> dict:
    parameters = {"learning_rate": 0.03, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weight_decay": 0.1}
    weight, gradients = draw(3, 5), [draw(3, 5) for _ in range(3)]
    start = weight.detach().clone()
    optimizer = torch.optim.AdamW(
        [weight], lr=0.03, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1, foreach=False, fused=False
    )
    steps = []
    for gradient in gradients:
        weight.grad = gradient.detach().clone()
        optimizer.step()
        state = optimizer.state[weight]
        steps.append({"weight": weight.detach().clone(), "m": state["exp_avg"].clone(), "v": state["exp_avg_sq"].clone()})
    return {
        "inputs": {"weight": start, "gradients": gradients},
        "parameters": parameters,
        "outputs": {"after_step": steps},
    }


def newton_schulz(update: torch.Tensor, steps: int, epsilon: float) -> torch.Tensor:
    """Keller Jordan's quintic iteration, float64 throughout (torch.optim.Muon rounds to bfloat16)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = update.shape[0] > update.shape[1]
    x = update.T if tall else update
    x = x / x.norm().clamp(min=epsilon)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if tall else x


def muon(rows: int, columns: int, adjust: str) -> dict:
    learning_rate, decay, momentum, epsilon = 0.02, 0.1, 0.95, 1e-7
    weight, gradients = draw(rows, columns), [draw(rows, columns) for _ in range(3)]
    start = weight.detach().clone()
    library_weight = start.clone().requires_grad_()
    optimizer = torch.optim.Muon(
        [library_weight], lr=learning_rate, weight_decay=decay, momentum=momentum, adjust_lr_fn=adjust
    )
    ours, buffer = start.clone(), torch.zeros_like(start)
    ratio = math.sqrt(max(1, rows / columns)) if adjust == "original" else 0.2 * math.sqrt(max(rows, columns))
    steps = []
    for gradient in gradients:
        gradient = gradient.detach()
        library_weight.grad = gradient.clone()
        optimizer.step()
        buffer = momentum * buffer + (1 - momentum) * gradient
        direction = newton_schulz((1 - momentum) * gradient + momentum * buffer, 5, epsilon)
        ours = ours * (1 - learning_rate * decay) - learning_rate * ratio * direction
        close("muon", ours, library_weight, 0.02 * learning_rate * ratio * (len(steps) + 1))
        steps.append({"weight": ours.clone(), "momentum": buffer.clone(), "direction": direction})
    return {
        "inputs": {"weight": start, "gradients": gradients},
        "parameters": {
            "learning_rate": learning_rate, "weight_decay": decay, "momentum": momentum, "nesterov": True,
            "newton_schulz_steps": 5, "coefficients": [3.4445, -4.775, 2.0315], "epsilon": epsilon,
            "adjust": adjust, "learning_rate_factor": ratio,
        },
        "outputs": {"after_step": steps, "torch_weight_bfloat16_iteration": library_weight},
    }


def apart(scores: torch.Tensor, chosen: int) -> None:
    """Refuses inputs where rounding could change which scores are the largest."""
    ordered = scores.detach().sort(-1, descending=True).values
    gap = (ordered[:, chosen - 1] - ordered[:, chosen]).min().item()
    if gap < 1e-4:
        raise SystemExit(f"router inputs are too close to a tie: {gap}")


def router(method: str, groups: int, kept_groups: int, chosen: int, normalise: bool, scaling: float) -> dict:
    """Selection from router logits, and the gradient that reaches them through the weights."""
    experts, tokens = 16, 6
    sigmoid = method == "noaux_tc"
    logits, dweights = draw(tokens, experts, scale=1.5), draw(tokens, chosen)
    bias = draw(experts, scale=0.2) if sigmoid else torch.zeros(experts)
    scores = logits.sigmoid() if sigmoid else logits.softmax(-1)
    choice = scores + bias
    if groups > 1:
        grouped = choice.view(tokens, groups, -1)
        group_scores = grouped.topk(2, -1).values.sum(-1) if sigmoid else grouped.amax(-1)
        kept = torch.zeros(tokens, groups).scatter(1, group_scores.topk(kept_groups, -1).indices, 1).bool()
        choice = grouped.masked_fill(~kept[..., None], float("-inf")).flatten(1)
        apart(group_scores, kept_groups)
    apart(choice, chosen)
    indices = choice.topk(chosen, -1).indices.sort(-1).values
    weights = scores.gather(1, indices)
    if normalise:
        weights = weights / weights.sum(-1, keepdim=True)
    weights = weights * scaling
    (dlogits,) = torch.autograd.grad(weights, logits, dweights)

    config_class, module_class = (
        (DeepseekV3Config, DeepseekV3TopkRouter) if sigmoid else (DeepseekV2Config, DeepseekV2TopkRouter)
    )
    extra = {"norm_topk_prob": normalise} if sigmoid else {"topk_method": method}
    config = config_class(
        hidden_size=experts, num_attention_heads=4, n_routed_experts=experts, num_experts_per_tok=chosen,
        n_group=groups, topk_group=kept_groups, routed_scaling_factor=scaling, **extra,
    )
    module = module_class(config)
    module.weight.data = torch.eye(experts)
    if sigmoid:
        module.e_score_correction_bias.copy_(bias)
    _, their_weights, their_indices = module(logits.detach())
    order = their_indices.argsort(-1)
    close("router indices", indices, their_indices.gather(1, order), 0)
    close("router weights", weights / scaling, their_weights.gather(1, order) / scaling, 1e-6)
    return {
        "inputs": {"logits": logits, "bias": bias, "dweights": dweights},
        "parameters": {
            "method": method, "groups": groups, "kept_groups": kept_groups, "chosen": chosen,
            "normalise": normalise, "scaling": scaling,
        },
        "outputs": {"experts": indices, "weights": weights, "dlogits": dlogits},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests" / "goldens" / "ops.json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    cases = {
        "softmax": softmax(),
        "cross_entropy": cross_entropy(),
        "rms_norm": rms_norm(),
        "rotary": rotary(),
        "yarn": yarn(),
        "silu_gate": silu_gate(),
        "attention": attention(2, 2),
        "grouped_query_attention": attention(4, 2),
        "adamw": adamw(),
        "muon": [muon(8, 5, "original"), muon(4, 7, "match_rms_adamw"), muon(6, 6, "original")],
        "router": [
            router("noaux_tc", 4, 2, 4, True, 2.5),
            router("noaux_tc", 1, 1, 3, False, 1.0),
            router("greedy", 1, 1, 3, False, 1.0),
            router("group_limited_greedy", 4, 2, 4, False, 16.0),
        ],
    }
    text = json.dumps(plain({"versions": versions(), **cases}), separators=(",", ":"), allow_nan=False)
    arguments.out.write_text(text + "\n")
    print(f"{arguments.out}: {len(text) // 1024} KiB")


if __name__ == "__main__":
    main()
