/** How a pre-tokenizer that GGUF files name cuts text before merging. */
export interface PreTokenizer {
  /** Cuts in their order: each isolates its matches within the pieces that the ones before have left. */
  readonly patterns: readonly string[];
  /** A piece that is a token as a whole becomes that token, whether or not merges lead there. */
  readonly ignoresMerges?: boolean;
  /** Whether a begin token is added where the file does not say. */
  readonly addsBos?: boolean;
  /** Text is composed (Unicode NFC) first, as the tokenizer.json of these models has it; llama.cpp does not. */
  readonly composes?: boolean;
}

const CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Words, runs of digits up to a length, punctuation with line ends, white space: the family that GPT-4 began. */
const words = (digits: string) =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

/**
 * Letters of alphabets with upper and lower case, as DeepSeek-LLM's tokenizer.json lists them. Written as escapes, since
 * normalising the text of this file would turn some of them into others.
 */
const CASED_LETTERS =
  'A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373' +
  '\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f' +
  '\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77' +
  '\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d' +
  '\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb' +
  '\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128' +
  '\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4' +
  '\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf' +
  '\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}' +
  '\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}';

const CJK = '[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+';

const DEEPSEEK_V3: readonly string[] = [
  '\\p{N}{1,3}',
  '[一-龥぀-ゟ゠-ヿ]+',
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+' +
    '|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+' +
    '| ?[\\p{P}\\p{S}]+[\\r\\n]*' +
    '|\\s*[\\r\\n]+' +
    '|\\s+(?!\\S)' +
    '|\\s+',
];

const YOUTU_WORD = '\\p{Lm}\\p{Lo}\\p{M}';

const YOUTU: readonly string[] = [
  '[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+',
  `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}${YOUTU_WORD}]*[\\p{Ll}${YOUTU_WORD}]+${CONTRACTIONS}?` +
    `|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}${YOUTU_WORD}]+[\\p{Ll}${YOUTU_WORD}]*${CONTRACTIONS}?` +
    '|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
];

const llama3: PreTokenizer = { patterns: [words('\\p{N}{1,3}')], ignoresMerges: true, addsBos: true };
const qwen2: PreTokenizer = { patterns: [words('\\p{N}')], composes: true };
const digitsThenGpt2: PreTokenizer = { patterns: ['\\p{N}', GPT2] };

/**
 * The pre-tokenizers by the names of `tokenizer.ggml.pre`. The names and what they stand for are those of llama.cpp;
 * the patterns are those of the models' own tokenizer.json.
 */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map<string, PreTokenizer>([
  ['gpt-2', { patterns: [GPT2] }],
  ['smollm', digitsThenGpt2],
  ['starcoder', digitsThenGpt2],
  ['refact', digitsThenGpt2],
  ['command-r', digitsThenGpt2],
  ['codeshell', digitsThenGpt2],
  ['llama-bpe', llama3],
  ['llama3', llama3],
  ['llama-v3', llama3],
  ['falcon3', llama3],
  ['qwen2', qwen2],
  ['deepseek-r1-qwen', qwen2],
  ['glm4', { patterns: [words('\\p{N}{1,3}')] }],
  ['chatglm-bpe', { patterns: [words('\\p{N}{1,3}')] }],
  [
    'deepseek-llm',
    {
      patterns: [
        '[\\r\\n]',
        `\\s?[${CASED_LETTERS}]+`,
        '\\s?[!-/:-~！-／：-～‘-‟　-。]+',
        // The last white space of a piece. Only a run's first character is tried, or long runs would take quadratic time.
        '(?<!\\s)\\s+$',
        CJK,
        '\\p{N}',
      ],
    },
  ],
  ['deepseek-coder', { patterns: ['[\\r\\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', CJK, '\\p{N}'] }],
  ['deepseek-v3', { patterns: DEEPSEEK_V3 }],
  ['joyai-llm', { patterns: DEEPSEEK_V3 }],
  ['youtu', { patterns: YOUTU, ignoresMerges: true }],
]);

/** The `pre_tokenizer` of a tokenizer.json that makes these cuts and then writes bytes. */
export function preTokenizerJson(patterns: readonly string[]): Record<string, unknown> {
  const cuts = patterns.map((regex) => ({
    type: 'Split',
    pattern: { Regex: regex },
    behavior: 'Isolated',
    invert: false,
  }));
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return { type: 'Sequence', pretokenizers: [...cuts, bytes] };
}
