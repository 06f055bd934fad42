import { z } from 'zod';
import { withoutExperts } from './config-experts.ts';
import { groupedQueryRopeFields, readGroupedQueryRope } from './config-rope.ts';
import { commonFields, count, readCommon, size } from './config-schema.ts';
import type { GroupedQueryAttentionConfig, ModelConfig, ModelType } from './config-types.ts';
import { describeValue } from './describe-value.ts';

/** The fields of models with grouped-query attention and dense layers. */
export const groupedQueryFields = { ...commonFields, ...groupedQueryRopeFields, head_dim: size.nullish() };

/** Fields of Qwen's sliding window. */
export const windowFields = {
  use_sliding_window: z.boolean().optional(),
  sliding_window: size.nullish(),
  max_window_layers: count.nullish(),
  layer_types: z.array(z.string()).nullish(),
};

const groupedQueryFile = z.object(groupedQueryFields);
type GroupedQueryFile = z.infer<typeof groupedQueryFile> & { readonly model_type: ModelType };
const windowFile = z.object(windowFields);
type WindowFile = z.infer<typeof windowFile> & GroupedQueryFile;

/** What a model type decides for all its files. */
export interface GroupedQueryRules
  extends Pick<GroupedQueryAttentionConfig, 'queryKeyNorm' | 'inputBias' | 'outputBias'> {
  /** Where the file has no `head_dim`; absent: hidden size / heads. */
  readonly headDim?: number;
}

/** As transformers reads them: absent key-value heads are as many as query heads. */
export function readGroupedQuery(file: GroupedQueryFile, rules: GroupedQueryRules, found: string[]): ModelConfig {
  const common = readCommon(file, found);
  const { headDim: usual = common.hiddenSize / common.heads, ...attention } = rules;
  const headDim = file.head_dim ?? usual;
  const keyValueHeads = file.num_key_value_heads ?? common.heads;
  if (!Number.isInteger(headDim)) {
    found.push(`num_attention_heads ${common.heads} does not divide hidden_size ${common.hiddenSize}; give head_dim`);
  } else if (headDim % 2 !== 0) {
    found.push(`head_dim is ${headDim}: it must be even, as rotary embedding turns pairs`);
  }
  if (common.heads % keyValueHeads !== 0) {
    found.push(`num_key_value_heads ${keyValueHeads} does not divide num_attention_heads ${common.heads}`);
  }
  return {
    modelType: file.model_type,
    ...common,
    attention: { kind: 'grouped-query', keyValueHeads, headDim, ...attention },
    ...readGroupedQueryRope(file, found),
    ...withoutExperts(common.layers),
    tieWordEmbeddings: file.tie_word_embeddings ?? false,
    mtpLayers: 0,
  };
}

/** Refuses a sliding window unless it changes nothing: switched off, in no layer, or as wide as the context. */
export function checkWindow(file: WindowFile, found: string[]): void {
  const { layer_types: types, num_hidden_layers: layers } = file;
  if (types && types.length !== layers) found.push(`layer_types has ${types.length} entries for ${layers} layers`);
  const other = types?.find((type) => type !== 'full_attention');
  if (other !== undefined)
    found.push(`layer_types names ${describeValue(other)}, and only "full_attention" is supported`);
  if (!file.use_sliding_window || types) return;
  const first = file.max_window_layers ?? 28;
  const width = file.sliding_window === undefined ? 4096 : file.sliding_window;
  if (width === null || width >= file.max_position_embeddings || first >= layers) return;
  found.push(
    `use_sliding_window is true with sliding_window ${width} from layer ${first} on, which is not supported; set it to ` +
      'false to attend to the whole context',
  );
}
