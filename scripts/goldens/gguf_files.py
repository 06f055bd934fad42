"""Small GGUF files as the gguf Python package writes them, and a check that it reads ours.

    pip install gguf==0.19.0 numpy==2.4.6
    python scripts/goldens/gguf_files.py [--out tests/goldens/gguf]
    python scripts/goldens/gguf_files.py --check FILE.gguf EXPECTED.json

The first writes values.gguf (every metadata type, an alignment of 64, tensors of several types), vocabulary.gguf
(no tensors) and parts-00001-of-00003.gguf and so on. The second reads FILE.gguf and compares it with EXPECTED.json,
{"metadata": {key: value}, "tensors": {name: {"type", "shape" (row-major), "values"}}}; the test of gguf-write.ts prints
where it leaves both if KEEP_GGUF is set.
"""

import argparse
import json
from pathlib import Path

import numpy
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter, quants


def values(out: Path) -> None:
    writer = GGUFWriter(out / "values.gguf", "llama")
    writer.add_custom_alignment(64)
    for kind, value in (
        ("uint8", 200), ("int8", -100), ("uint16", 60000), ("int16", -30000), ("uint32", 4_000_000_000),
        ("int32", -2_000_000_000), ("uint64", 2**63 + 1), ("int64", -(2**62)), ("float32", 0.1), ("float64", 0.1),
        ("bool", True), ("string", "鲸 起\n\u0000end"),
    ):
        getattr(writer, f"add_{kind}")(f"test.{kind}", value)
    writer.add_array("test.numbers", [1, -2, 3])
    writer.add_array("test.floats", [0.5, -1.5])
    writer.add_array("test.booleans", [True, False])
    writer.add_array("test.texts", ["a", "", "日本"])
    writer.add_key_value("test.bytes", b"\x00\xff", GGUFValueType.ARRAY, GGUFValueType.UINT8)
    writer.add_array("test.nested", [[1, 2], [3]])
    data = numpy.arange(512, dtype=numpy.float32).reshape(2, 256) / 64 - 4
    writer.add_tensor("matrix", data[:, :3].copy())
    writer.add_tensor("scalar", numpy.array([7.5], dtype=numpy.float32))
    writer.add_tensor("half", data[:1, :5].astype(numpy.float16))
    for name in ("Q8_0", "Q4_1"):
        kind = GGMLQuantizationType[name]
        writer.add_tensor(f"blocks.{name}", quants.quantize(data, kind), raw_dtype=kind)
    writer.add_tensor("cube", data[:, :12].reshape(2, 3, 4).copy())
    finish(writer)


def vocabulary(out: Path) -> None:
    writer = GGUFWriter(out / "vocabulary.gguf", "qwen2")
    writer.add_token_list([f"t{i}" for i in range(300)])
    writer.add_token_types([1] * 300)
    finish(writer)


def parts(out: Path) -> None:
    writer = GGUFWriter(out / "parts.gguf", "qwen2", split_max_tensors=2)
    writer.add_block_count(1)
    for at in range(5):
        writer.add_tensor(f"t{at}", numpy.full((1, at + 1), at, dtype=numpy.float32))
    finish(writer)


def finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def check(file: Path, expected: dict) -> None:
    reader = GGUFReader(file)
    for key, value in expected["metadata"].items():
        found = reader.get_field(key).contents()
        assert found == value or abs(found - value) <= 1e-6 * abs(value), (key, found, value)
    found = {tensor.name: tensor for tensor in reader.tensors}
    assert found.keys() == expected["tensors"].keys(), found.keys()
    for name, want in expected["tensors"].items():
        tensor = found[name]
        assert tensor.tensor_type.name == want["type"], (name, tensor.tensor_type)
        assert tensor.shape.tolist()[::-1] == want["shape"], (name, tensor.shape)
        assert tensor.data_offset % 32 == 0
        got = quants.dequantize(tensor.data, tensor.tensor_type).ravel()
        numpy.testing.assert_array_equal(got, numpy.array(want["values"], dtype=numpy.float32), err_msg=name)
    print(f"{file}: {len(found)} tensors and {len(expected['metadata'])} keys are as expected")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests/goldens/gguf")
    parser.add_argument("--check", nargs=2, type=Path)
    arguments = parser.parse_args()
    if arguments.check:
        check(arguments.check[0], json.loads(arguments.check[1].read_text()))
        return
    arguments.out.mkdir(parents=True, exist_ok=True)
    values(arguments.out)
    vocabulary(arguments.out)
    parts(arguments.out)


if __name__ == "__main__":
    main()
