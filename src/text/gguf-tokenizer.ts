import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { PRE_TOKENIZERS, type PreTokenizer, preTokenizerJson } from './pre-tokenizers.ts';
import { Tokenizer } from './tokenizer.ts';
import type { AddedTokenJson, TokenizerJson } from './tokenizer-json.ts';

/** The metadata of a GGUF file: values by key; arrays as arrays or typed arrays, whole numbers as number or bigint. */
export type GgufMetadata = Readonly<Record<string, unknown>>;

/** What GGUF metadata says about a tokenizer. */
export interface GgufTokenizer {
  /** Equal in kind to a `tokenizer.json`. */
  readonly tokenizerJson: TokenizerJson;
  /** Equal in kind to a `tokenizer_config.json`: special tokens, what is added around a text, the chat template. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** Tokens that end an answer: end of text, of turn, of message. */
  readonly endTokenIds: readonly number[];
}

/** Kinds of tokens, `tokenizer.ggml.token_type` (the enumeration of llama.cpp). */
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

/**
 * Tokens that readers of an answer must see though they are control tokens: marks of thinking and of tool calls. The
 * models' own tokenizer.json do not hide them; converters to GGUF go by how they look.
 */
const VISIBLE = /^<\/?(think|tool_call)>$|^<｜tool▁/;

/**
 * Reads the tokenizer that GGUF metadata describes: byte-level BPE (`tokenizer.ggml.model` = gpt2), cut by one of the
 * pre-tokenizers that are known by name.
 *
 * @throws naming the key that is missing, malformed or not supported
 */
export function readGgufTokenizer(metadata: GgufMetadata): GgufTokenizer {
  const model = metadata['tokenizer.ggml.model'];
  if (model === undefined)
    throw new Error('the GGUF metadata has no tokenizer: the key tokenizer.ggml.model is missing');
  if (model !== 'gpt2') {
    throw new Error(
      `the GGUF file has a tokenizer of kind ${JSON.stringify(model)}; only gpt2 (byte-level BPE) can be read`,
    );
  }
  const cut = preTokenizerOf(metadata);
  const tokens = strings(metadata, 'tokenizer.ggml.tokens');
  const vocabulary = vocabularyOf(tokens, list(metadata, 'tokenizer.ggml.token_type'));
  const added = addedTokens(metadata, tokens);
  const { composes, ignoresMerges, patterns } = cut;
  const tokenizerJson: TokenizerJson = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: composes ? { type: 'NFC' } : null,
    pre_tokenizer: preTokenizerJson(patterns),
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoresMerges ?? false,
      vocab: vocabulary,
      merges: mergesOf(metadata, vocabulary),
    },
  };
  const ends = ['eos', 'eot', 'eom'].map((name) => specialId(metadata, name, tokens.length));
  const endTokenIds = [...new Set(ends.filter((id) => id !== undefined))];
  return { tokenizerJson, tokenizerConfig: configOf(metadata, cut, tokens), endTokenIds };
}

/** The tokenizer of a GGUF file. Throws as `readGgufTokenizer` does. */
export function tokenizerFromGguf(metadata: GgufMetadata): Tokenizer {
  const { tokenizerJson, tokenizerConfig } = readGgufTokenizer(metadata);
  return Tokenizer.fromJson(tokenizerJson, tokenizerConfig);
}

function preTokenizerOf(metadata: GgufMetadata): PreTokenizer {
  const name = metadata['tokenizer.ggml.pre'];
  const known = typeof name === 'string' ? PRE_TOKENIZERS.get(name) : undefined;
  if (known !== undefined) return known;
  const names = [...PRE_TOKENIZERS.keys()].join(', ');
  if (name === undefined) {
    throw new Error(`tokenizer.ggml.pre is missing, which says how text is cut before merging; known are ${names}`);
  }
  throw new Error(
    `the pre-tokenizer ${JSON.stringify(name)} (tokenizer.ggml.pre) is not supported; known are ${names}`,
  );
}

/** What converters put in rows of the embedding for which a tokenizer has no token. */
const PADDING = /^\[PAD\d+\]$/;

function vocabularyOf(tokens: readonly string[], types: ArrayLike<unknown>): Record<string, number> {
  // Without a prototype: a token may be called __proto__.
  const vocabulary = Object.create(null) as Record<string, number>;
  tokens.forEach((token, id) => {
    if (Number(types[id]) === UNUSED && PADDING.test(token)) return;
    const name = token === '' ? `[EMPTY_${id}]` : token;
    const before = vocabulary[name];
    if (before !== undefined) {
      throw new Error(`tokenizer.ggml.tokens has ${JSON.stringify(name)} twice, as tokens ${before} and ${id}`);
    }
    vocabulary[name] = id;
  });
  // Merging leaves out bytes without a token: right for a control character that a model never saw, wrong for text.
  const missing = BYTE_CHARACTERS.findIndex(
    (character, byte) => writesText(byte) && vocabulary[character] === undefined,
  );
  if (missing >= 0) throw new Error(`tokenizer.ggml.tokens has no token for the byte 0x${missing.toString(16)}`);
  return vocabulary;
}

/**
 * Whether text needs a byte. It does not need control characters beside tab and line ends, nor F1, F2 and F4, with which
 * planes begin that have no characters; SmolLM2 has no token for some of them. C0, C1 and F5 to FF never occur in UTF-8.
 */
function writesText(byte: number): boolean {
  if (byte < 0x20) return byte === 0x09 || byte === 0x0a || byte === 0x0d;
  return byte !== 0x7f && byte !== 0xc0 && byte !== 0xc1 && (byte <= 0xf0 || byte === 0xf3);
}

function addedTokens(metadata: GgufMetadata, tokens: readonly string[]): AddedTokenJson[] {
  const types = list(metadata, 'tokenizer.ggml.token_type');
  if (types.length !== tokens.length) {
    throw new Error(`tokenizer.ggml.token_type has ${types.length} entries for ${tokens.length} tokens`);
  }
  return tokens.flatMap((content, id) => {
    const type = Number(types[id]);
    if ((type !== CONTROL && type !== USER_DEFINED) || content === '') return [];
    const special = type === CONTROL && !VISIBLE.test(content);
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

function mergesOf(metadata: GgufMetadata, vocabulary: Readonly<Record<string, number>>): [string, string][] {
  return strings(metadata, 'tokenizer.ggml.merges').map((merge, index) => {
    const at = merge.indexOf(' ', 1);
    const pair: [string, string] = [merge.slice(0, at), merge.slice(at + 1)];
    if (at < 0 || pair[1] === '' || vocabulary[pair[0] + pair[1]] === undefined) {
      throw new Error(`tokenizer.ggml.merges[${index}] is ${JSON.stringify(merge)}: not two parts of one token`);
    }
    return pair;
  });
}

function configOf(
  metadata: GgufMetadata,
  { addsBos = false }: PreTokenizer,
  tokens: readonly string[],
): Record<string, unknown> {
  const text = (name: string) => {
    const id = specialId(metadata, name, tokens.length);
    return id === undefined ? {} : { [`${name === 'padding' ? 'pad' : name}_token`]: tokens[id] };
  };
  const template = chatTemplate(metadata);
  return {
    ...text('bos'),
    ...text('eos'),
    ...text('padding'),
    add_bos_token: flag(metadata, 'tokenizer.ggml.add_bos_token', addsBos),
    add_eos_token: flag(metadata, 'tokenizer.ggml.add_eos_token', false),
    clean_up_tokenization_spaces: false,
    ...(template === undefined ? {} : { chat_template: template }),
  };
}

/** The template, or the list of all where there are others with names, as tokenizer_config.json has it. */
function chatTemplate(metadata: GgufMetadata): string | { name: string; template: string }[] | undefined {
  const templateAt = (key: string) => {
    const template = metadata[key];
    if (template !== undefined && typeof template !== 'string') throw new Error(`${key} is not a text`);
    return template;
  };
  const standard = templateAt('tokenizer.chat_template');
  if (metadata['tokenizer.chat_templates'] === undefined) return standard;
  const named = strings(metadata, 'tokenizer.chat_templates').flatMap((name) => {
    const template = templateAt(`tokenizer.chat_template.${name}`);
    return template === undefined ? [] : [{ name, template }];
  });
  return standard === undefined ? named : [{ name: 'default', template: standard }, ...named];
}

function specialId(metadata: GgufMetadata, name: string, count: number): number | undefined {
  const key = `tokenizer.ggml.${name}_token_id`;
  const value = metadata[key];
  if (value === undefined) return undefined;
  const id = Number(value);
  // How writers say "none": −1, with or without a sign.
  if (id === -1 || id === 0xffffffff) return undefined;
  if (!(Number.isInteger(id) && id >= 0 && id < count)) {
    throw new Error(`${key} is ${String(value)}, outside the vocabulary 0 to ${count - 1}`);
  }
  return id;
}

function flag(metadata: GgufMetadata, key: string, otherwise: boolean): boolean {
  const value = metadata[key] ?? otherwise;
  if (typeof value !== 'boolean') throw new Error(`${key} is ${JSON.stringify(value)}, not true or false`);
  return value;
}

function list(metadata: GgufMetadata, key: string): ArrayLike<unknown> {
  const value = metadata[key];
  if (Array.isArray(value)) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as unknown as ArrayLike<unknown>;
  throw new Error(`${key} is ${value === undefined ? 'missing' : 'not an array'}`);
}

function strings(metadata: GgufMetadata, key: string): string[] {
  return Array.from(list(metadata, key), (value, index) => {
    if (typeof value !== 'string') throw new Error(`${key}[${index}] is not a text`);
    return value;
  });
}
