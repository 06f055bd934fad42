import type { GgufValue } from '../checkpoint/index.ts';
import type { GgufTokenizer } from './gguf-tokenizer.ts';
import { PRE_TOKENIZERS, type PreTokenizer, preTokenizerJson } from './pre-tokenizers.ts';
import { Tokenizer } from './tokenizer.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** A model's tokenizer and the special tokens that its other files name. */
export interface TokenizerFiles {
  /** The parsed `tokenizer.json`. */
  readonly tokenizerJson: unknown;
  /** The parsed `tokenizer_config.json`, with the template of `chat_template.jinja` where there is one. */
  readonly tokenizerConfig: Json;
  /** Rows of the model's embedding. */
  readonly vocabularySize: number;
  readonly bosTokenId: number | null;
  /** Tokens that end an answer, of config.json and generation_config.json. */
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number | null;
}

export interface GgufTokenizerEntries {
  readonly entries: readonly (readonly [string, GgufValue])[];
  /** What GGUF cannot say of this tokenizer, in whole sentences. */
  readonly notes: readonly string[];
}

/** Kinds of tokens, `tokenizer.ggml.token_type` (the enumeration of llama.cpp). */
const NORMAL = 1;
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;

/**
 * The metadata that keep a byte-level tokenizer in a GGUF file: the inverse of `readGgufTokenizer`. The pre-tokenizer is
 * the first of those that GGUF readers know by name that gives the same tokens on texts of many kinds.
 * @throws {Error} for a tokenizer that GGUF cannot describe, naming what it is that cannot
 */
export function ggufTokenizerEntries(files: TokenizerFiles): GgufTokenizerEntries {
  const { tokenizerConfig: config, vocabularySize } = files;
  const tokenizer = Tokenizer.fromJson(files.tokenizerJson, config);
  const json = files.tokenizerJson as TokenizerJson;
  if (json.model.type !== 'BPE') throw new Error(`tokenizer.json has a model of type ${json.model.type}, not BPE`);
  if (tokenizer.vocabularySize > vocabularySize) {
    throw new Error(
      `tokenizer.json has tokens up to ${tokenizer.vocabularySize - 1}, the model only ${vocabularySize} rows for them`,
    );
  }
  const { tokens, types } = tokenList(json, vocabularySize);
  const notes = lostOfAdded(json);
  const text = (key: string, value: string) => [`tokenizer.${key}`, { type: 'string', value }] as const;
  const number = (key: string, value: number) => [`tokenizer.ggml.${key}`, { type: 'uint32', value }] as const;
  const flag = (key: string, value: boolean) => [`tokenizer.ggml.${key}`, { type: 'bool', value }] as const;
  const entries: (readonly [string, GgufValue])[] = [
    text('ggml.model', 'gpt2'),
    text('ggml.pre', preTokenizerName(json)),
    ['tokenizer.ggml.tokens', { type: 'array', elementType: 'string', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'array', elementType: 'int32', value: types }],
    ['tokenizer.ggml.merges', { type: 'array', elementType: 'string', value: mergeList(json) }],
  ];
  const bos = tokenizer.bosId ?? files.bosTokenId ?? undefined;
  const pad = tokenizer.padId ?? files.padTokenId ?? undefined;
  const ends = [...new Set([...(tokenizer.eosId === undefined ? [] : [tokenizer.eosId]), ...files.eosTokenIds])];
  if (bos !== undefined) entries.push(number('bos_token_id', bos));
  for (const [at, name] of ['eos', 'eot', 'eom'].entries()) {
    if (ends[at] !== undefined) entries.push(number(`${name}_token_id`, ends[at]));
  }
  if (ends.length > 3) {
    notes.push(`GGUF keeps three tokens that end an answer; ${ends.slice(3).join(', ')} are left out.`);
  }
  if (pad !== undefined) entries.push(number('padding_token_id', pad));
  const around = tokenizer.encode('0', { addSpecial: true });
  entries.push(flag('add_bos_token', bos !== undefined && around[0] === bos));
  entries.push(flag('add_eos_token', tokenizer.eosId !== undefined && around.at(-1) === tokenizer.eosId));
  return { entries: [...entries, ...templateEntries(config.chat_template)], notes };
}

function tokenList(json: TokenizerJson, size: number): { tokens: string[]; types: Int32Array } {
  const tokens: (string | undefined)[] = new Array(size).fill(undefined);
  const types = new Int32Array(size).fill(UNUSED);
  for (const [token, id] of Object.entries(json.model.vocab)) {
    tokens[id] = token;
    types[id] = NORMAL;
  }
  for (const { id, content, special } of json.added_tokens) {
    tokens[id] = content;
    types[id] = special ? CONTROL : USER_DEFINED;
  }
  return { tokens: Array.from(tokens, (token, id) => token ?? `[PAD${id}]`), types };
}

function mergeList({ model }: TokenizerJson): string[] {
  return (model.merges as readonly (string | readonly string[])[]).map((merge) =>
    typeof merge === 'string' ? merge : merge.join(' '),
  );
}

/** Added tokens that take white space beside them, or stand only as whole words: GGUF has no word for that. */
function lostOfAdded({ added_tokens: added }: TokenizerJson): string[] {
  const lost = added.filter(({ lstrip, rstrip, single_word: word }) => lstrip || rstrip || word);
  if (lost.length === 0) return [];
  const names = lost.slice(0, 5).map(({ content }) => JSON.stringify(content));
  return [`GGUF does not keep lstrip, rstrip and single_word, which some tokens have: ${names.join(', ')}.`];
}

/** Texts on which two ways of cutting are compared: scripts, digits, contractions, white space, punctuation, signs. */
const PROBES: readonly string[] = [
  "I'm sure they'LL say we've DON'T it's I'D y'all  rock'n'roll, O'Brien's 'quoted' words",
  'numbers 1 12 123 1234 12345 1234567 3.14159 -42 1,000,000 0x1F 2024-03-15 ١٢٣٤ ²³¹ ½ Ⅷ 10:30pm v2.0.1b',
  'for (let i = 0; i < n; ++i) {\n\tif (a[i] != b["key"]) { return x->y::z; }  // comment\r\n}\r\n\r\n\n\n   end',
  '  leading and trailing   \n \n\n  \t\t mixed \u00a0\u2003\u3000 spaces \t\n',
  '中文字符和English混排，标点。「引号」、123个，ひらがなカタカナ漢字ー、한국어 문장입니다. ㄅㄆㄇ',
  'Ünïcödé naïve café Ångström ΑΒΓαβγ Привет мир ČŽŠ ǅ ﬁ ʰ ª º ß İı ＡＢｃ！？',
  'cafe\u0301 n\u0303o A\u030angstro\u0308m \u1112\u1161\u11ab \u0915\u094d\u0937 हिन्दी में عربي نص עברית ไทย ภาษา',
  '🙂👩‍👩‍👧‍👦🇨🇳 ∑∫√≠ €£¥ ©®™ … — – ‘’“” «» ¿¡ ~!@#$%^&*()_+-=[]{}\\|;:\'",.<>/? .com #tag @user !!! ??? ... ===',
  'a\u0000b\u0007c\ud7ff\ue000\ufffd\u{1f600}\u{20000}\u{10400}\u{1d400} camelCaseWordAndHTTPServer snake_case kebab-case',
];

const CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";

/** The cuts of a tokenizer.json as PRE_TOKENIZERS writes them, as a first guess. */
function cutsOf(preTokenizer: unknown): string {
  const steps = Object(preTokenizer) as { pretokenizers?: unknown };
  const list = (Array.isArray(steps.pretokenizers) ? steps.pretokenizers : [steps]) as Json[];
  const regexes = list.map(({ pattern }) => (Object(pattern) as { Regex?: unknown }).Regex);
  return regexes
    .filter((regex): regex is string => typeof regex === 'string')
    .map((regex) => regex.replace("(?i:'s|'t|'re|'ve|'m|'ll|'d)", CONTRACTIONS))
    .join('\n');
}

/** @throws {Error} where none of the pre-tokenizers that GGUF names cuts like this one */
function preTokenizerName(json: TokenizerJson): string {
  const given = openWith(json);
  const expected = PROBES.map((text) => given.encode(text));
  const cuts = cutsOf(json.pre_tokenizer);
  const similar = ([, { patterns }]: [string, PreTokenizer]) => (patterns.join('\n') === cuts ? 0 : 1);
  const candidates = [...PRE_TOKENIZERS].sort((a, b) => similar(a) - similar(b));
  const tried = new Set<string>();
  for (const [name, { patterns, composes = false, ignoresMerges = false }] of candidates) {
    const key = JSON.stringify([patterns, composes, ignoresMerges]);
    if (tried.has(key)) continue;
    tried.add(key);
    const candidate = openWith({
      ...json,
      normalizer: composes ? { type: 'NFC' } : null,
      pre_tokenizer: preTokenizerJson(patterns),
      model: { ...json.model, ignore_merges: ignoresMerges },
    });
    if (PROBES.every((text, at) => String(candidate.encode(text)) === String(expected[at]))) return name;
  }
  throw new Error(
    'tokenizer.json cuts text before merging in a way that has no name among the pre-tokenizers of GGUF files known here',
  );
}

function openWith(json: object): Tokenizer {
  return Tokenizer.fromJson({ ...json, post_processor: null });
}

/** The template, or the default one of several and the others by their names, as gguf-py keeps them. */
function templateEntries(template: unknown): (readonly [string, GgufValue])[] {
  if (typeof template === 'string') return [['tokenizer.chat_template', { type: 'string', value: template }]];
  if (!Array.isArray(template)) return [];
  const named = (template as { name: string; template: string }[]).filter(({ name }) => name !== 'default');
  const standard = (template as { name: string; template: string }[]).find(({ name }) => name === 'default');
  return [
    ...(standard === undefined ? [] : templateEntries(standard.template)),
    ...(named.length === 0
      ? []
      : [
          [
            'tokenizer.chat_templates',
            { type: 'array', elementType: 'string', value: named.map(({ name }) => name) },
          ] as const,
        ]),
    ...named.map(
      ({ name, template: source }) => [`tokenizer.chat_template.${name}`, { type: 'string', value: source }] as const,
    ),
  ];
}

/**
 * The files of a tokenizer that was read from a GGUF file, for a directory: tokenizer.json and tokenizer_config.json, as
 * transformers reads them. What is added around a text, which GGUF keeps as flags, becomes a post-processor.
 */
export function tokenizerFiles({ tokenizerJson, tokenizerConfig }: GgufTokenizer): Record<string, string> {
  const { bos_token: bos, eos_token: eos, add_bos_token: addBos, add_eos_token: addEos } = tokenizerConfig;
  const around = { before: addBos === true ? bos : undefined, after: addEos === true ? eos : undefined };
  const json = { ...tokenizerJson, post_processor: postProcessor(tokenizerJson, around) };
  const config = { tokenizer_class: 'PreTrainedTokenizerFast', ...tokenizerConfig };
  return {
    'tokenizer.json': `${JSON.stringify(json)}\n`,
    'tokenizer_config.json': `${JSON.stringify(config, null, 2)}\n`,
  };
}

function postProcessor(
  { model, added_tokens: added }: TokenizerJson,
  { before, after }: { readonly before: unknown; readonly after: unknown },
): unknown {
  const named = [before, after].filter((token) => typeof token === 'string');
  if (named.length === 0) return null;
  const special = (token: unknown) => (typeof token === 'string' ? [{ SpecialToken: { id: token, type_id: 0 } }] : []);
  const single = (id: string) => [...special(before), { Sequence: { id, type_id: 0 } }, ...special(after)];
  const idOf = (token: string) => added.find(({ content }) => content === token)?.id ?? model.vocab[token];
  return {
    type: 'TemplateProcessing',
    single: single('A'),
    pair: [...single('A'), ...single('B')],
    special_tokens: Object.fromEntries(
      named.map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
    ),
  };
}
