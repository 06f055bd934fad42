"""8-bit floats and block scales, as torch reads them.

    pip install torch==2.13.0 numpy==2.4.6 safetensors==0.8.0
    python scripts/goldens/fp8.py [--out tests/goldens]

Writes fp8.json and fp8-blocks.safetensors. fp8.json: the values of all 256 codes of float8_e4m3fn, float8_e5m2 and
float8_e8m0fnu as base64 of float32, and, by name, the weights of the second file multiplied by their scales (as DeepSeek's
inference/fp8_cast_bf16.py does: code in float32 times scale), as base64 of float32 and of bfloat16
(of odd.weight only rows 126 to 129 in float32).
"""

import argparse
import base64
import json
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file

BLOCK = 128


def text(values: torch.Tensor) -> str:
    return base64.b64encode(values.contiguous().view(torch.uint8).numpy().tobytes()).decode()


def codes(dtype: torch.dtype) -> str:
    return text(torch.arange(256, dtype=torch.uint8).view(dtype).to(torch.float32))


def scaled(weight: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    rows, columns = weight.shape
    whole = scale.to(torch.float32).repeat_interleave(BLOCK, 0).repeat_interleave(BLOCK, 1)
    return weight.to(torch.float32) * whole[:rows, :columns]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests/goldens")
    out = parser.parse_args().out
    torch.manual_seed(8)
    tensors: dict[str, torch.Tensor] = {}
    expected: dict[str, dict[str, str]] = {}
    # Both sizes no multiple of 128; one block only; one row; scales as powers of two.
    for name, shape, kind in (
        ("odd", (130, 131), torch.float32),
        ("small", (3, 5), torch.float32),
        ("row", (1, 257), torch.float32),
        ("powers", (129, 8), torch.float8_e8m0fnu),
    ):
        weight = (torch.randn(shape) * 100).to(torch.float8_e4m3fn)
        blocks = tuple(-(-size // BLOCK) for size in shape)
        scale = torch.rand(blocks) * 1e-3 + 1e-5
        if kind != torch.float32:
            scale = torch.exp2(torch.round(torch.log2(scale))).to(kind)
        values = scaled(weight, scale)
        tensors[f"{name}.weight"] = weight
        tensors[f"{name}.weight_scale_inv"] = scale
        expected[f"{name}.weight"] = {"bf16": text(values.to(torch.bfloat16))}
        # The large one has f32 values only where two scales meet, to keep the file small.
        expected[f"{name}.weight"]["f32"] = text(values[126:] if name == "odd" else values)
    tensors["norm.weight"] = torch.ones(4, dtype=torch.bfloat16)
    save_file(tensors, out / "fp8-blocks.safetensors", metadata={"format": "pt"})
    golden = {
        "versions": {"torch": torch.__version__.split("+")[0], "numpy": numpy.__version__},
        "codes": {
            "F8_E4M3": codes(torch.float8_e4m3fn),
            "F8_E5M2": codes(torch.float8_e5m2),
            "F8_E8M0": codes(torch.float8_e8m0fnu),
        },
        "scaled": expected,
    }
    (out / "fp8.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
