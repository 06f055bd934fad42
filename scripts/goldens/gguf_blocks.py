"""Block formats of GGUF files, as the gguf Python package reads and writes them.

    pip install gguf==0.19.0 numpy==2.4.6
    python scripts/goldens/gguf_blocks.py [--out tests/goldens/gguf-blocks.json]

Writes {"versions": ..., "dequantize": {type: {"blocks", "values"}}, "quantize": {"input", type: bytes}}. Blocks, bytes and
values (float32, little-endian) are base64. Blocks are random bytes; some have the scales set to extremes: the largest and
smallest f16, denormals, zeros of both signs, infinity, NaN.
"""

import argparse
import base64
import json
from importlib.metadata import version
from pathlib import Path

import numpy
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

RANDOM = numpy.random.Generator(numpy.random.PCG64(4))

# Where the 16-bit scales of a block stand.
SCALES = {
    "F16": [], "BF16": [], "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "MXFP4": [],
}
# Those that the package writes and whose bytes, or for MXFP4 whose error, ours are compared with.
QUANTIZED = ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "MXFP4", "BF16"]
EXTREMES = [0x7BFF, 0xFBFF, 0x0001, 0x8001, 0x03FF, 0x0400, 0x0000, 0x8000, 0x7C00, 0xFC00, 0x7E00, 0x3C00, 0xB555]


def text(values: numpy.ndarray) -> str:
    return base64.b64encode(numpy.ascontiguousarray(values).tobytes()).decode()


def random_blocks(name: str) -> numpy.ndarray:
    kind = GGMLQuantizationType[name]
    elements, size = GGML_QUANT_SIZES[kind]
    count = {1: 256, 32: 24, 256: 5}[elements]
    blocks = RANDOM.integers(0, 256, (count, size), dtype=numpy.uint8)
    for scale in SCALES[name]:
        # A plain scale in most blocks: random bits are mostly far from 1.
        plain = RANDOM.standard_normal(count).astype(numpy.float16).view(numpy.uint8).reshape(count, 2)
        blocks[:, scale:scale + 2] = plain
    if elements == 32 and SCALES[name]:
        for at, extreme in enumerate(EXTREMES):
            scale = SCALES[name][at % len(SCALES[name])]
            blocks[at, scale:scale + 2] = [extreme & 255, extreme >> 8]
    if elements == 256:
        for at, extreme in enumerate([0x7BFF, 0x8001, 0x0000]):
            for scale in SCALES[name]:
                blocks[at, scale:scale + 2] = [extreme & 255, extreme >> 8]
    if name == "MXFP4":
        blocks[:8, 0] = [0, 1, 2, 3, 127, 128, 254, 255]
    return blocks


def dequantized(name: str) -> dict:
    blocks = random_blocks(name)
    with numpy.errstate(all="ignore"):
        values = quants.dequantize(blocks.reshape(1, -1), GGMLQuantizationType[name])
    return {"blocks": text(blocks), "values": text(values.astype(numpy.float32))}


def inputs() -> numpy.ndarray:
    rows = [RANDOM.standard_normal(32) * 10.0 ** power for power in (-6, -3, -1, 0, 0, 0, 1, 3)]
    rows += [RANDOM.laplace(size=32) for _ in range(4)]
    rows += [RANDOM.integers(-8, 8, 32) / 2, numpy.arange(32) - 15.5, numpy.arange(32) * 127 / 31, -numpy.arange(32.0)]
    rows += [numpy.zeros(32), -numpy.zeros(32), numpy.full(32, 3.25), numpy.full(32, -0.1)]
    # Ties in size, of both signs, and values half-way between two integers.
    rows += [numpy.tile([4.0, -4.0, 0.25, -0.25], 8), numpy.tile([-127.0, 127.0, 0.5, -0.5, 1.5, 2.5, -2.5, -1.5], 4)]
    rows += [numpy.abs(RANDOM.standard_normal(32)) + 5, RANDOM.standard_normal(32) * 100 - 400]
    return numpy.array(rows, dtype=numpy.float32)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests/goldens/gguf-blocks.json")
    out = parser.parse_args().out
    given = inputs()
    quantized = {name: text(quants.quantize(given, GGMLQuantizationType[name])) for name in QUANTIZED}
    golden = {
        "versions": {name: version(name) for name in ("gguf", "numpy")},
        "dequantize": {name: dequantized(name) for name in SCALES},
        "quantize": {"input": text(given), **quantized},
    }
    out.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
