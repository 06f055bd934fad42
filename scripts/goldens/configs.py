"""The small model configurations of the goldens, as Hugging Face config.json has them.

Dimensions are chosen so that few of them are equal and several are no multiple of 8: a
transposed matrix, a forgotten remainder or a swapped pair of sizes shows in the logits.
"""

V3 = {
    "architectures": ["DeepseekV3ForCausalLM"],
    "model_type": "deepseek_v3",
    "hidden_act": "silu",
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 52,
    "moe_intermediate_size": 16,
    "num_hidden_layers": 3,
    "first_k_dense_replace": 1,
    "moe_layer_freq": 1,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "n_routed_experts": 8,
    "n_shared_experts": 1,
    "num_experts_per_tok": 3,
    "n_group": 1,
    "topk_group": 1,
    "routed_scaling_factor": 2.5,
    "scoring_func": "sigmoid",
    "topk_method": "noaux_tc",
    "norm_topk_prob": True,
    "num_nextn_predict_layers": 0,
    "q_lora_rank": 20,
    "kv_lora_rank": 24,
    "qk_nope_head_dim": 12,
    "qk_rope_head_dim": 8,
    "v_head_dim": 10,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "rope_scaling": None,
    "max_position_embeddings": 128,
    "attention_bias": False,
    "attention_dropout": 0.0,
    "initializer_range": 0.02,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "bos_token_id": 0,
    "eos_token_id": 1,
}

V2 = {
    **V3,
    "architectures": ["DeepseekV2ForCausalLM"],
    "model_type": "deepseek_v2",
    "n_shared_experts": 2,
    "scoring_func": "softmax",
    "topk_method": "greedy",
    "norm_topk_prob": False,
    "routed_scaling_factor": 1.0,
    "q_lora_rank": None,
}
del V2["num_nextn_predict_layers"]


def yarn(mscale: float, mscale_all_dim: float) -> dict:
    """YaRN over 8 rotary frequencies with the ramp of DeepSeek-V3 (2 to 6), several of them partial."""
    return {
        "qk_rope_head_dim": 16,
        "max_position_embeddings": 163840,
        "rope_scaling": {
            "type": "yarn",
            "factor": 40,
            "original_max_position_embeddings": 4096,
            "beta_fast": 32,
            "beta_slow": 1,
            "mscale": mscale,
            "mscale_all_dim": mscale_all_dim,
        },
    }


GROUPS = {"n_routed_experts": 16, "moe_intermediate_size": 12, "n_group": 4, "topk_group": 2}

GLM = {
    **V3,
    "architectures": ["Glm4MoeLiteForCausalLM"],
    "model_type": "glm4_moe_lite",
    "num_hidden_layers": 2,
    "rms_norm_eps": 1e-5,
    "rope_theta": 1000000.0,
    "routed_scaling_factor": 1.8,
    "partial_rotary_factor": 1.0,
}
for field in ("moe_layer_freq", "scoring_func"):
    del GLM[field]

# A row sees 6 positions; of the 5 index heads one is left over where 4 are worked on together.
V32 = {
    **V3,
    "architectures": ["DeepseekV32ForCausalLM"],
    "model_type": "deepseek_v32",
    "num_hidden_layers": 2,
    "index_n_heads": 5,
    "index_head_dim": 18,
    "index_topk": 6,
}

YOUTU = {
    name: value
    for name, value in {
        **V3,
        "architectures": ["YoutuForCausalLM"],
        "model_type": "youtu",
        "num_hidden_layers": 2,
        "tie_word_embeddings": True,
        "rope_theta": 1600000.0,
    }.items()
    if not any(part in name for part in ("expert", "moe", "group", "topk", "dense", "nextn", "routed", "scoring"))
}

LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_act": "silu",
    "vocab_size": 64,
    "hidden_size": 40,
    "intermediate_size": 52,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 14,
    "rms_norm_eps": 1e-5,
    "rope_theta": 500000.0,
    "max_position_embeddings": 1024,
    "attention_bias": False,
    "attention_dropout": 0.0,
    "mlp_bias": False,
    "initializer_range": 0.02,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "use_cache": True,
    "bos_token_id": 0,
    "eos_token_id": 1,
}

QWEN2 = {
    **LLAMA,
    "architectures": ["Qwen2ForCausalLM"],
    "model_type": "qwen2",
    "hidden_size": 36,
    "num_attention_heads": 6,
    "rms_norm_eps": 1e-6,
    "rope_theta": 10000.0,
    "max_window_layers": 1,
    "sliding_window": 4,
    "use_sliding_window": False,
}
for field in ("head_dim", "attention_bias", "mlp_bias"):
    del QWEN2[field]

QWEN3 = {
    **LLAMA,
    "architectures": ["Qwen3ForCausalLM"],
    "model_type": "qwen3",
    "hidden_size": 36,
    "head_dim": 12,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000.0,
}
del QWEN3["mlp_bias"]

CONFIGS = {
    "v3-plain": V3,
    "v3-yarn": {**V3, **yarn(1.0, 1.0)},
    "v3-yarn-two-mscales": {**V3, **yarn(1.0, 0.6)},
    # Only the layer norms and the last one take rms_norm_eps; the latent norms keep 1e-6.
    "v3-norm-epsilon": {**V3, "rms_norm_eps": 0.05},
    "v3-group-limited": {**V3, **GROUPS, "num_experts_per_tok": 4},
    "v3-no-query-compression": {**V3, "q_lora_rank": None},
    "v3-two-dense-layers": {**V3, "num_hidden_layers": 4, "first_k_dense_replace": 2},
    "v3-tied-embeddings": {**V3, "tie_word_embeddings": True, "hidden_size": 36},
    "v3-rope-half-split": {**V3, "rope_interleave": False},
    "v3-no-topk-norm": {**V3, "norm_topk_prob": False, "routed_scaling_factor": 1.5},
    "v3-mtp": {**V3, "num_hidden_layers": 2, "num_nextn_predict_layers": 1},
    "v2-greedy": V2,
    "v2-group-limited": {
        **V2,
        **GROUPS,
        "topk_method": "group_limited_greedy",
        "num_experts_per_tok": 4,
        "routed_scaling_factor": 4.0,
    },
    "v2-query-compression-yarn": {**V2, **yarn(0.707, 0.707), "q_lora_rank": 20},
    "v32-sparse": V32,
    "glm4-moe-lite": GLM,
    "youtu": YOUTU,
    # Of 7 rotary pairs one is kept, one lies on the ramp, the others are slowed.
    "llama-llama3-rope": {
        **LLAMA,
        "rope_scaling": {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 128,
        },
    },
    "llama-tied-bias": {
        **{name: value for name, value in LLAMA.items() if name != "head_dim"},
        "num_key_value_heads": 1,
        "attention_bias": True,
        "tie_word_embeddings": True,
        "rope_scaling": {"type": "linear", "factor": 2.0},
    },
    "qwen2": QWEN2,
    "qwen2-tied": {
        **QWEN2,
        "num_key_value_heads": 6,
        "tie_word_embeddings": True,
        "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64},
    },
    "qwen3": QWEN3,
}
