"""Errors of llama.cpp's own quantisation, to compare ours with.

    pip install numpy==2.4.6
    npm ci --prefix bench
    python scripts/goldens/llama_quantize.py --library bench/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/libggml-base.so

Calls ggml_quantize_chunk without an importance matrix on weights of several distributions and writes
tests/goldens/llama-quantize.json: {"input": {kind: float32 base64}, "errors": {type: {kind: {"plain", "weighted"}}}}. Plain
is the mean squared error relative to the mean square; weighted weights each square by the size of the weight plus the root
mean square of its 32, which is what ggml minimises in Q4_K and Q5_K.
"""

import argparse
import base64
import ctypes
import json
from pathlib import Path

import numpy

RANDOM = numpy.random.Generator(numpy.random.PCG64(7))
COLUMNS = 512

# Number of the type, elements and bytes of a block.
TYPES = {
    "Q4_0": (2, 32, 18), "Q4_1": (3, 32, 20), "Q5_0": (6, 32, 22), "Q5_1": (7, 32, 24), "Q8_0": (8, 32, 34),
    "Q4_K": (12, 256, 144), "Q5_K": (13, 256, 176), "Q6_K": (14, 256, 210), "MXFP4": (39, 32, 17),
}


def inputs() -> dict[str, numpy.ndarray]:
    normal = RANDOM.standard_normal((4, COLUMNS)) * 0.02
    outliers = RANDOM.standard_normal((2, COLUMNS)) * 0.03
    outliers[RANDOM.random((2, COLUMNS)) < 0.01] *= 12
    return {
        "normal": normal * [[1], [2], [0.5], [5]],
        "laplace": RANDOM.laplace(size=(2, COLUMNS)) * 0.02,
        "uniform": RANDOM.uniform(-0.04, 0.04, (1, COLUMNS)),
        "outliers": outliers,
        "shifted": RANDOM.standard_normal((1, COLUMNS)) * 0.1 + 0.15,
    }


def errors(library: ctypes.CDLL, name: str, values: numpy.ndarray) -> dict[str, float]:
    number, elements, size = TYPES[name]
    rows = values.shape[0]
    blocks = ctypes.create_string_buffer(values.size // elements * size)
    library.ggml_quantize_chunk(
        number, values.ctypes.data_as(ctypes.c_void_p), blocks, ctypes.c_int64(0), ctypes.c_int64(rows),
        ctypes.c_int64(values.shape[1]), None,
    )
    back = numpy.empty_like(values)
    restore = getattr(library, "dequantize_row_" + name.lower().replace("_k", "_K"))
    restore(blocks, back.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(values.size))
    exact = values.astype(numpy.float64).reshape(-1, 32)
    squares = (back.astype(numpy.float64).reshape(-1, 32) - exact) ** 2
    weights = numpy.abs(exact) + numpy.sqrt((exact ** 2).mean(axis=1, keepdims=True))
    return {
        "plain": squares.sum() / (exact ** 2).sum(),
        "weighted": (weights * squares).sum() / (weights * exact ** 2).sum(),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests/goldens/llama-quantize.json")
    arguments = parser.parse_args()
    library = ctypes.CDLL(str(arguments.library))
    # Fills the tables that convert f16.
    library.ggml_init.restype = ctypes.c_void_p
    library.ggml_init.argtypes = [ctypes.c_size_t * 3]
    given = {kind: values.astype(numpy.float32) for kind, values in inputs().items()}
    golden = {
        "input": {kind: base64.b64encode(values.tobytes()).decode() for kind, values in given.items()},
        "errors": {name: {kind: errors(library, name, values) for kind, values in given.items()} for name in TYPES},
    }
    arguments.out.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
