import type { SpecialToken } from './special-tokens.ts';

/** One entry of `added_tokens` in `tokenizer.json`. */
export interface AddedTokenJson {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
}

/** What `tokenizer.json` says of every model of byte-level BPE, none of which drops merges, marks words or falls back. */
export const BYTE_LEVEL_MODEL = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
} as const;

/** The part of Hugging Face's `tokenizer.json` that byte-level BPE uses. */
export interface TokenizerJson {
  version: string;
  truncation: null;
  padding: null;
  added_tokens: AddedTokenJson[];
  normalizer: null | { readonly type: 'NFC' };
  pre_tokenizer: Record<string, unknown>;
  post_processor: null;
  decoder: Record<string, unknown>;
  model: {
    type: 'BPE';
    dropout: null;
    unk_token: null;
    continuing_subword_prefix: null;
    end_of_word_suffix: null;
    fuse_unk: boolean;
    byte_fallback: boolean;
    ignore_merges: boolean;
    vocab: Record<string, number>;
    merges: [string, string][];
  };
}

/**
 * How text is cut before merging, in the order the cuts are made: as DeepSeek-V3 cuts it, but with digits one by one
 * where DeepSeek-V3 groups up to three. Since no merge joins two digits, a reader that groups them (the `deepseek-v3`
 * pre-tokenizer of GGUF readers) still gives the same ids.
 */
const SPLIT_PATTERNS: readonly string[] = [
  // Every digit by itself.
  '\\p{N}',
  // Runs of Chinese characters and kana.
  '[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+',
  // ASCII punctuation glued to letters (.com); a word with the one character before it; punctuation with line ends;
  // line ends; white space that leaves its last character to the next word; other white space.
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+' +
    '|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+' +
    '| ?[\\p{P}\\p{S}]+[\\r\\n]*' +
    '|\\s*[\\r\\n]+' +
    '|\\s+(?!\\S)' +
    '|\\s+',
];

/**
 * A `tokenizer.json` of byte-level BPE.
 *
 * @param vocabulary token strings in the byte alphabet with their ids; must hold the special tokens too
 * @param merges pairs of token strings, the earliest merge first
 * @throws if a special token has no id in the vocabulary
 */
export function byteLevelTokenizerJson(
  vocabulary: ReadonlyMap<string, number>,
  merges: [string, string][],
  specialTokens: readonly SpecialToken[],
): TokenizerJson {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map(({ content, special }) => {
      const id = vocabulary.get(content);
      if (id === undefined) throw new Error(`special token ${content} has no id in the vocabulary`);
      return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special };
    }),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...SPLIT_PATTERNS.map((regex) => ({
          type: 'Split',
          pattern: { Regex: regex },
          behavior: 'Isolated',
          invert: false,
        })),
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...BYTE_LEVEL_MODEL,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  };
}
