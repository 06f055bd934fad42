"""Types that llama.cpp's quantisation mixes give to each tensor, to compare ours with.

    pip install gguf==0.19.0 numpy==2.4.6
    npm ci --prefix bench
    python scripts/goldens/llama_mixes.py --libraries bench/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64

Writes small models of several architectures, lets llama_model_quantize convert each to every mix, and writes
tests/goldens/llama-mixes.json: {model: {"tensors": {name: row-major shape}, "mixes": {mix: types in the same order, by their
numbers}}}. Tensors that llama.cpp leaves as they are have the type F32 of the source.
"""

import argparse
import ctypes
import json
import tempfile
from pathlib import Path

import numpy
from gguf import ExpertGatingFuncType, GGUFReader, GGUFWriter

# llama_ftype by the names of llama.cpp's command.
MIXES = {
    "q4_0": 2, "q4_1": 3, "q5_0": 8, "q5_1": 9, "q8_0": 7, "q4_k_s": 14, "q4_k_m": 15, "q5_k_s": 16, "q5_k_m": 17,
    "q6_k": 18, "f16": 1, "bf16": 32, "mxfp4_moe": 38,
}
HIDDEN, WIDE, VOCABULARY, LATENT = 256, 512, 64, 256


def attention(key_heads: int) -> dict:
    return {
        "attn_norm.weight": [HIDDEN], "attn_q.weight": [HIDDEN, HIDDEN], "attn_k.weight": [64 * key_heads, HIDDEN],
        "attn_v.weight": [64 * key_heads, HIDDEN], "attn_output.weight": [HIDDEN, HIDDEN], "ffn_norm.weight": [HIDDEN],
    }


def dense(width: int = WIDE) -> dict:
    return {"ffn_gate.weight": [width, HIDDEN], "ffn_up.weight": [width, HIDDEN], "ffn_down.weight": [HIDDEN, width]}


LATENT_ATTENTION = {
    "attn_norm.weight": [HIDDEN], "attn_q_a.weight": [HIDDEN, HIDDEN], "attn_q_a_norm.weight": [HIDDEN],
    "attn_q_b.weight": [4 * 160, HIDDEN], "attn_kv_a_mqa.weight": [LATENT + 32, HIDDEN],
    "attn_kv_a_norm.weight": [LATENT], "attn_k_b.weight": [4, LATENT, 128], "attn_v_b.weight": [4, 128, LATENT],
    "attn_output.weight": [HIDDEN, 512], "ffn_norm.weight": [HIDDEN],
}
EXPERTS = {
    "ffn_gate_inp.weight": [8, HIDDEN], "exp_probs_b.bias": [8],
    "ffn_gate_exps.weight": [8, 256, HIDDEN], "ffn_up_exps.weight": [8, 256, HIDDEN],
    "ffn_down_exps.weight": [8, HIDDEN, 256], "ffn_gate_shexp.weight": [256, HIDDEN],
    "ffn_up_shexp.weight": [256, HIDDEN], "ffn_down_shexp.weight": [HIDDEN, 256],
}


def model(layers: list[dict], tied: bool) -> dict[str, list[int]]:
    tensors = {"token_embd.weight": [VOCABULARY, HIDDEN], "output_norm.weight": [HIDDEN]}
    if not tied:
        tensors["output.weight"] = [VOCABULARY, HIDDEN]
    for at, layer in enumerate(layers):
        tensors |= {f"blk.{at}.{name}": shape for name, shape in layer.items()}
    return tensors


SIXTEEN = {name: [16, *shape[1:]] if shape[0] == 8 else shape for name, shape in EXPERTS.items()}
MODELS = {
    "llama": ("llama", model([attention(4) | dense()] * 16, tied=False), {"head_count_kv": 4}),
    # Rows of 352: no whole blocks of 256.
    "qwen2": ("qwen2", model([attention(1) | dense(352)] * 9, tied=True), {"head_count_kv": 1}),
    "deepseek2": (
        "deepseek2", model([LATENT_ATTENTION | dense()] + [LATENT_ATTENTION | SIXTEEN] * 10, tied=False),
        {"head_count_kv": 1, "expert_count": 16},
    ),
    "deepseek2 of 8 experts": (
        "deepseek2", model([LATENT_ATTENTION | dense()] + [LATENT_ATTENTION | EXPERTS] * 5, tied=False),
        {"head_count_kv": 1, "expert_count": 8},
    ),
}


def write(path: Path, architecture: str, tensors: dict, fields: dict) -> None:
    writer = GGUFWriter(path, architecture)
    layers = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("blk."))
    writer.add_block_count(layers)
    writer.add_context_length(512)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(WIDE)
    writer.add_head_count(4)
    writer.add_head_count_kv(fields["head_count_kv"])
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("no_vocab")
    if architecture == "deepseek2":
        writer.add_key_length(LATENT + 32)
        writer.add_value_length(LATENT)
        writer.add_key_length_mla(160)
        writer.add_value_length_mla(128)
        writer.add_rope_dimension_count(32)
        writer.add_q_lora_rank(HIDDEN)
        writer.add_kv_lora_rank(LATENT)
        writer.add_leading_dense_block_count(1)
        writer.add_expert_count(fields["expert_count"])
        writer.add_expert_used_count(2)
        writer.add_expert_shared_count(1)
        writer.add_expert_feed_forward_length(256)
        writer.add_expert_weights_scale(1.0)
        writer.add_expert_gating_func(ExpertGatingFuncType.SIGMOID)
    for name, shape in tensors.items():
        writer.add_tensor(name, numpy.ones(shape, dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Parameters(ctypes.Structure):
    """llama_model_quantize_params: threads and ftype come first; the rest keeps its defaults."""

    _fields_ = [("threads", ctypes.c_int32), ("ftype", ctypes.c_int32), ("rest", ctypes.c_uint8 * 248)]


def load(folder: Path) -> ctypes.CDLL:
    for name in ("libggml-base*.so*", "libggml.*so*", "libllama.*so*"):
        found = sorted(folder.glob(name))
        if not found:
            raise SystemExit(f"{folder} has no {name}")
        library = ctypes.CDLL(str(found[0]), mode=ctypes.RTLD_GLOBAL)
    library.llama_model_quantize_default_params.restype = Parameters
    library.llama_model_quantize.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Parameters)]
    return library


def mix_types(library: ctypes.CDLL, source: Path, names: list[str], ftype: int) -> list[int]:
    target = source.with_name("target.gguf")
    parameters = library.llama_model_quantize_default_params()
    parameters.threads = 1
    parameters.ftype = ftype
    status = library.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(parameters))
    if status != 0:
        raise SystemExit(f"llama_model_quantize returned {status} for ftype {ftype}")
    types = {tensor.name: int(tensor.tensor_type) for tensor in GGUFReader(target).tensors}
    return [types[name] for name in names]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--libraries", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests/goldens/llama-mixes.json")
    arguments = parser.parse_args()
    library = load(arguments.libraries)
    golden = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (architecture, tensors, fields) in MODELS.items():
            source = Path(folder) / "source.gguf"
            write(source, architecture, tensors, fields)
            mixes = {mix: mix_types(library, source, list(tensors), ftype) for mix, ftype in MIXES.items()}
            golden[name] = {"tensors": tensors, "mixes": mixes}
    arguments.out.write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
