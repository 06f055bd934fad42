import type { Precision } from '../tensor/index.ts';
import type { LetterMerges } from '../text/index.ts';
import type { OptimizerOptions } from './optimizers.ts';
import type { Schedule } from './schedule.ts';

/** Everything that decides a training run from scratch. Equal recipes give equal weights. */
export interface Recipe {
  readonly name: string;
  readonly seed: number;
  /** Hugging Face config.json without vocab_size, which the tokenizer decides. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly tokenizer: {
    /** Upper limit of the vocabulary, and how many problems it is trained on. */
    readonly vocabularySize: number;
    readonly problems: number;
    /** Where Latin letters may join; `word-start` lets the model see how words are spelled. Default `anywhere`. */
    readonly letterMerges?: LetterMerges;
  };
  readonly batch: {
    /** Rows (tokens) of a step and tokens of the longest document; longer problems are not used. */
    readonly rows: number;
    readonly longest: number;
    /** Weights of the tasks; default: the tasks' own mixture. */
    readonly weights?: Readonly<Record<string, number>>;
    /** Weights of the tasks in the decay phase, for what needs the most practice; default: as before. */
    readonly lateWeights?: Readonly<Record<string, number>>;
  };
  readonly optimizer: OptimizerOptions;
  /**
   * Precision of the operands of linear layers in the training step (router and head excepted); default f32. Weights,
   * gradients, sums and optimiser stay f32, and so does validation, which measures the model as it will be used.
   */
  readonly products?: Precision;
  readonly rates: { readonly muon: number; readonly adamw: number };
  readonly schedule: Schedule;
  readonly predictionWeight: number;
  /** Weight of the prediction loss in the decay phase (DeepSeek-V3 §4.2 lowers it late in training). */
  readonly latePredictionWeight: number;
  readonly biasSpeed: number;
  readonly balanceAlpha: number;
  readonly validation: { readonly every: number; readonly batches: number };
}

const NANO: Recipe = {
  name: 'nano',
  seed: 1,
  config: {
    architectures: ['DeepseekV3ForCausalLM'],
    model_type: 'deepseek_v3',
    hidden_act: 'silu',
    hidden_size: 192,
    intermediate_size: 512,
    moe_intermediate_size: 96,
    num_hidden_layers: 4,
    first_k_dense_replace: 1,
    moe_layer_freq: 1,
    num_attention_heads: 6,
    num_key_value_heads: 6,
    n_routed_experts: 16,
    n_shared_experts: 1,
    num_experts_per_tok: 3,
    n_group: 1,
    topk_group: 1,
    routed_scaling_factor: 1.0,
    scoring_func: 'sigmoid',
    topk_method: 'noaux_tc',
    norm_topk_prob: true,
    q_lora_rank: 96,
    kv_lora_rank: 64,
    qk_nope_head_dim: 32,
    qk_rope_head_dim: 16,
    v_head_dim: 32,
    rms_norm_eps: 1e-6,
    rope_theta: 10000.0,
    max_position_embeddings: 512,
    num_nextn_predict_layers: 1,
    attention_bias: false,
    attention_dropout: 0.0,
    tie_word_embeddings: false,
    bos_token_id: 0,
    eos_token_id: 1,
    pad_token_id: 2,
  },
  tokenizer: { vocabularySize: 1536, problems: 20_000, letterMerges: 'word-start' },
  batch: {
    rows: 4096,
    longest: 256,
    lateWeights: {
      arithmetic: 46,
      decimals: 10,
      letters: 13,
      countdown: 8,
      equations: 6,
      sequences: 5,
      sorting: 5,
      dates: 4,
      knights: 3,
    },
  },
  optimizer: {
    kind: 'muon',
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: 0.05,
    momentum: 0.95,
    maxNorm: 1,
  },
  rates: { muon: 4e-3, adamw: 4e-3 },
  schedule: { steps: 10_000, warmupSteps: 60, decayShare: 0.4, decay: 'linear', finalFraction: 0.02 },
  predictionWeight: 0.3,
  latePredictionWeight: 0.1,
  biasSpeed: 1e-3,
  balanceAlpha: 1e-4,
  validation: { every: 250, batches: 2 },
};

/** A run of seconds for trying things out: too small to learn much. */
const TINY: Recipe = {
  ...NANO,
  name: 'tiny',
  config: {
    ...NANO.config,
    hidden_size: 32,
    intermediate_size: 64,
    moe_intermediate_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    n_routed_experts: 4,
    num_experts_per_tok: 2,
    q_lora_rank: 16,
    kv_lora_rank: 16,
    qk_nope_head_dim: 8,
    qk_rope_head_dim: 8,
    v_head_dim: 8,
  },
  tokenizer: { vocabularySize: 512, problems: 300, letterMerges: 'word-start' },
  batch: { rows: 512, longest: 256 },
  schedule: { ...NANO.schedule, steps: 60, warmupSteps: 5 },
  validation: { every: 30, batches: 1 },
};

export const recipes: Readonly<Record<string, Recipe>> = { nano: NANO, tiny: TINY };
