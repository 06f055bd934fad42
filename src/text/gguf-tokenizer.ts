import { PackedTexts } from '../checkpoint/packed-texts.ts';
import { BytePairMerger } from './byte-pair-merger.ts';
import { packedMerges } from './merges.ts';
import { PRE_TOKENIZERS, type PreTokenizer, preTokenizerJson } from './pre-tokenizers.ts';
import { Tokenizer } from './tokenizer.ts';
import { type AddedTokenJson, BYTE_LEVEL_MODEL, type TokenizerJson } from './tokenizer-json.ts';
import { Vocabulary } from './vocabulary.ts';

/**
 * The metadata of a GGUF file: values by key; arrays as arrays or typed arrays, of texts also packed; whole numbers as
 * number or bigint.
 */
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

/** What GGUF metadata say, checked; tokens and merges are not yet strings. */
interface Parts {
  readonly tokens: PackedTexts;
  readonly vocabulary: Vocabulary;
  readonly merges: PackedTexts;
  /** Undefined where a part of a merge is no token: the library knows what it makes of that. */
  readonly merger: BytePairMerger | undefined;
  /** Without vocab and merges. */
  readonly tokenizerJson: Omit<TokenizerJson, 'model'> & {
    readonly model: Omit<TokenizerJson['model'], 'vocab' | 'merges'>;
  };
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
}

/**
 * Reads the tokenizer that GGUF metadata describes: byte-level BPE (`tokenizer.ggml.model` = gpt2), cut by one of the
 * pre-tokenizers that are known by name.
 *
 * @throws naming the key that is missing, malformed or not supported
 */
export function readGgufTokenizer(metadata: GgufMetadata): GgufTokenizer {
  return { ...completed(readParts(metadata)), endTokenIds: ggufEndTokens(metadata) };
}

/** The tokenizer of a GGUF file. Throws as `readGgufTokenizer` does. */
export function tokenizerFromGguf(metadata: GgufMetadata): Tokenizer {
  const parts = readParts(metadata);
  ggufEndTokens(metadata);
  if (parts.merger !== undefined) {
    return Tokenizer.fromParts(parts.tokenizerJson, parts.tokenizerConfig, parts.vocabulary, parts.merger);
  }
  const { tokenizerJson, tokenizerConfig } = completed(parts);
  return Tokenizer.fromJson(tokenizerJson, tokenizerConfig);
}

/**
 * Tokens that end an answer: end of text, of turn, of message.
 * @throws naming the key of one that is not in the vocabulary
 */
export function ggufEndTokens(metadata: GgufMetadata): readonly number[] {
  const { length } = list(metadata, 'tokenizer.ggml.tokens');
  const ends = ['eos', 'eot', 'eom'].map((name) => specialId(metadata, name, length));
  return [...new Set(ends.filter((id) => id !== undefined))];
}

function readParts(metadata: GgufMetadata): Parts {
  const model = metadata['tokenizer.ggml.model'];
  if (model === undefined)
    throw new Error('the GGUF metadata has no tokenizer: the key tokenizer.ggml.model is missing');
  if (model !== 'gpt2') {
    throw new Error(
      `the GGUF file has a tokenizer of kind ${JSON.stringify(model)}; only gpt2 (byte-level BPE) can be read`,
    );
  }
  const cut = preTokenizerOf(metadata);
  const tokens = packed(metadata, 'tokenizer.ggml.tokens');
  const kinds = kindsOf(metadata);
  const vocabulary = vocabularyOf(tokens, kinds);
  const added = addedTokens(tokens, kinds);
  const { composes, ignoresMerges = false, patterns } = cut;
  const merges = packed(metadata, 'tokenizer.ggml.merges');
  const onNoToken = (rank: number) => {
    const merge = JSON.stringify(merges.text(rank));
    throw new Error(`tokenizer.ggml.merges[${rank}] is ${merge}: not two parts of one token`);
  };
  return {
    tokens,
    vocabulary,
    merges,
    merger: BytePairMerger.of(vocabulary, packedMerges(merges), { ignoresMerges, onNoToken }),
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: composes ? { type: 'NFC' } : null,
      pre_tokenizer: preTokenizerJson(patterns),
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      model: {
        ...BYTE_LEVEL_MODEL,
        ignore_merges: ignoresMerges,
      },
    },
    tokenizerConfig: configOf(metadata, cut, tokens),
  };
}

/** With tokens and merges as strings. */
function completed({
  tokens,
  vocabulary,
  merges,
  tokenizerJson,
  tokenizerConfig,
}: Parts): Omit<GgufTokenizer, 'endTokenIds'> {
  // Without a prototype: a token may be called __proto__.
  const vocab = Object.create(null) as Record<string, number>;
  for (let id = 0; id < tokens.length; id += 1) {
    if (vocabulary.bytesOf(id) !== undefined) vocab[nameOf(tokens, id)] = id;
  }
  const { parts } = packedMerges(merges);
  const pairs = Array.from(merges.ends, (_, rank): [string, string] => [...parts(rank)!]);
  const { model, ...others } = tokenizerJson;
  return { tokenizerJson: { ...others, model: { ...model, vocab, merges: pairs } }, tokenizerConfig };
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

function vocabularyOf(tokens: PackedTexts, types: ArrayLike<unknown>): Vocabulary {
  const vocabulary = new Vocabulary(tokens.length, tokens.length, tokens.bytes.length);
  for (let id = 0; id < tokens.length; id += 1) {
    if (Number(types[id]) === UNUSED && PADDING.test(tokens.text(id))) continue;
    const empty = tokens.start(id) === tokens.ends[id];
    const before = empty ? vocabulary.add(id, nameOf(tokens, id)) : vocabulary.addPacked(id, tokens, id);
    if (before !== undefined) {
      const name = JSON.stringify(nameOf(tokens, id));
      throw new Error(`tokenizer.ggml.tokens has ${name} twice, as tokens ${before} and ${id}`);
    }
  }
  // Merging leaves out bytes without a token: right for a control character that a model never saw, wrong for text.
  const missing = vocabulary.byteIds().findIndex((id, byte) => writesText(byte) && id === undefined);
  if (missing >= 0) throw new Error(`tokenizer.ggml.tokens has no token for the byte 0x${missing.toString(16)}`);
  return vocabulary;
}

function nameOf(tokens: PackedTexts, id: number): string {
  return tokens.text(id) || `[EMPTY_${id}]`;
}

/**
 * Whether text needs a byte. It does not need control characters beside tab and line ends, nor F1, F2 and F4, with which
 * planes begin that have no characters; SmolLM2 has no token for some of them. C0, C1 and F5 to FF never occur in UTF-8.
 */
function writesText(byte: number): boolean {
  if (byte < 0x20) return byte === 0x09 || byte === 0x0a || byte === 0x0d;
  return byte !== 0x7f && byte !== 0xc0 && byte !== 0xc1 && (byte <= 0xf0 || byte === 0xf3);
}

function addedTokens(tokens: PackedTexts, types: ArrayLike<unknown>): AddedTokenJson[] {
  if (types.length !== tokens.length) {
    throw new Error(`tokenizer.ggml.token_type has ${types.length} entries for ${tokens.length} tokens`);
  }
  const added: AddedTokenJson[] = [];
  for (let id = 0; id < tokens.length; id += 1) {
    const type = Number(types[id]);
    if (type !== CONTROL && type !== USER_DEFINED) continue;
    const content = tokens.text(id);
    if (content === '') continue;
    const special = type === CONTROL && !VISIBLE.test(content);
    added.push({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special });
  }
  return added;
}

function configOf(
  metadata: GgufMetadata,
  { addsBos = false }: PreTokenizer,
  tokens: PackedTexts,
): Record<string, unknown> {
  const text = (name: string) => {
    const id = specialId(metadata, name, tokens.length);
    return id === undefined ? {} : { [`${name === 'padding' ? 'pad' : name}_token`]: tokens.text(id) };
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
  const named = packed(metadata, 'tokenizer.chat_templates')
    .strings()
    .flatMap((name) => {
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

function list(metadata: GgufMetadata, key: string): ArrayLike<unknown> | PackedTexts {
  const value = metadata[key];
  if (Array.isArray(value) || value instanceof PackedTexts) return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value as unknown as ArrayLike<unknown>;
  throw new Error(`${key} is ${value === undefined ? 'missing' : 'not an array'}`);
}

function packed(metadata: GgufMetadata, key: string): PackedTexts {
  const values = list(metadata, key);
  if (values instanceof PackedTexts) return values;
  const texts = Array.from(values, (value, index) => {
    if (typeof value !== 'string') throw new Error(`${key}[${index}] is not a text`);
    return value;
  });
  return PackedTexts.of(texts);
}

function kindsOf(metadata: GgufMetadata): ArrayLike<unknown> {
  const kinds = list(metadata, 'tokenizer.ggml.token_type');
  return kinds instanceof PackedTexts ? kinds.strings() : kinds;
}
