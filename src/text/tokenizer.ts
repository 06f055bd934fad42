import { describeValue } from '../model/describe-value.ts';
import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { BytePairMerger } from './byte-pair-merger.ts';
import { type LibraryTokenizer, openLibraryTokenizer } from './library.ts';
import { jsonMerges } from './merges.ts';
import { endsWithBytes, hasIndependentPieces, PieceEncoder } from './piece-encoder.ts';
import { alternation } from './special-tokens.ts';
import { checkSteps, checkTokenizerConfig, checkTokenizerJson } from './tokenizer-check.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface EncodeOptions {
  /** Adds what the tokenizer's configuration puts around a text (begin and end tokens). Default false. */
  addSpecial?: boolean;
}

export interface DecodeOptions {
  /** Leaves out tokens marked special in `tokenizer.json` (turn marks and padding; thinking marks stay). Default false. */
  skipSpecial?: boolean;
}

/** Turns token ids into text one by one, holding back the bytes of a character until all of it has come. */
export interface StreamDecoder {
  /** Text that is complete after this token; empty while a character is incomplete. */
  push(id: number): string;
  /** What is left at the end: an incomplete character becomes U+FFFD. */
  end(): string;
}

type Json = Record<string, unknown>;

/**
 * A byte-level tokenizer read from Hugging Face's `tokenizer.json` and `tokenizer_config.json`. The work of encoding
 * is that of `@huggingface/tokenizers`; this class adds a cache by piece of text, decoding by bytes, and a decoder
 * for streams.
 */
export class Tokenizer {
  /** One more than the largest id. */
  readonly vocabularySize: number;
  /** Ids of all added tokens (turn marks, thinking marks, padding, ...) by their text. */
  readonly specialIds: ReadonlyMap<string, number>;
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
  /** The Jinja chat template of the configuration; of several with names the one named default. */
  readonly chatTemplate: string | undefined;
  /** `tokenizer_config.json` as it was given. */
  readonly config: Readonly<Json>;

  private readonly library: LibraryTokenizer;
  private readonly vocabulary: Vocabulary;
  /** Bytes of added tokens by id, which stand for their own text. */
  private readonly addedBytes: ReadonlyMap<number, Uint8Array>;
  private readonly hidden: ReadonlySet<number>;
  private readonly specialPattern: RegExp | undefined;
  private readonly pieces: PieceEncoder | undefined;
  private readonly around: { before: readonly number[]; after: readonly number[] };

  /** @param merger where words are merged here and not by the library */
  private constructor(tokenizerJson: Json, config: Json, vocabulary: Vocabulary, merger: BytePairMerger | undefined) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.library = openLibraryTokenizer(
      merger === undefined ? tokenizerJson : withoutModel(tokenizerJson, vocabulary),
      config,
    );
    const added = [...this.library.get_added_tokens_decoder().values()];
    this.specialIds = new Map(added.map((token) => [token.content, token.id]));
    this.hidden = new Set(added.filter((token) => token.special).map((token) => token.id));
    const utf8 = new TextEncoder();
    this.addedBytes = new Map(added.map(({ id, content }) => [id, utf8.encode(content)]));
    this.vocabularySize = added.reduce((size, { id }) => Math.max(size, id + 1), vocabulary.size);
    this.bosId = this.idOfConfigured('bos_token');
    this.eosId = this.idOfConfigured('eos_token');
    this.padId = this.idOfConfigured('pad_token');
    this.chatTemplate = templateOf(config.chat_template);
    this.specialPattern = added.length === 0 ? undefined : alternation(added.map((token) => token.content));
    this.pieces = hasIndependentPieces(tokenizerJson)
      ? new PieceEncoder(tokenizerJson, this.library, merger)
      : undefined;
    this.around = this.surroundings();
  }

  /**
   * @param tokenizerJson the parsed `tokenizer.json`; its decoder must be ByteLevel
   * @param tokenizerConfig the parsed `tokenizer_config.json`
   * @throws if the file is not a tokenizer, or not a byte-level one
   */
  static fromJson(tokenizerJson: unknown, tokenizerConfig: unknown = {}): Tokenizer {
    if (!isObject(tokenizerJson) || !isObject(tokenizerJson.model)) {
      throw new Error('tokenizer.json does not hold a tokenizer: the field "model" is missing');
    }
    if (!isObject(tokenizerConfig)) throw new Error('tokenizer_config.json does not hold an object');
    if (!isByteLevel(tokenizerJson.decoder)) {
      const type = isObject(tokenizerJson.decoder) ? describeValue(tokenizerJson.decoder.type) : 'none';
      throw new Error(`tokenizer.json has the decoder ${type}; only byte-level tokenizers (ByteLevel) can be read`);
    }
    const withDefaults = { normalizer: null, post_processor: null, pre_tokenizer: null, added_tokens: [] };
    const complete = { ...withDefaults, ...tokenizerJson };
    const vocabulary = checkTokenizerJson(complete);
    checkTokenizerConfig(tokenizerConfig);
    const model = tokenizerJson.model as { merges: (string | readonly string[])[]; ignore_merges?: unknown };
    const merger = mergesPlainly(complete)
      ? BytePairMerger.of(vocabulary, jsonMerges(model.merges), { ignoresMerges: Boolean(model.ignore_merges) })
      : undefined;
    return named(() => new Tokenizer(complete, tokenizerConfig, vocabulary, merger));
  }

  /**
   * A tokenizer from its parts.
   * @param tokenizerJson a tokenizer.json whose model needs no `vocab` and no `merges`
   * @throws as `fromJson` does
   */
  static fromParts(
    tokenizerJson: Json,
    tokenizerConfig: Json,
    vocabulary: Vocabulary,
    merger: BytePairMerger,
  ): Tokenizer {
    checkSteps(tokenizerJson);
    checkTokenizerConfig(tokenizerConfig);
    return named(() => new Tokenizer(tokenizerJson, tokenizerConfig, vocabulary, merger));
  }

  /** Token ids of a text. Text that spells a special token becomes that token. */
  encode(text: string, options: EncodeOptions = {}): Int32Array {
    const ids: number[] = options.addSpecial ? [...this.around.before] : [];
    if (this.pieces === undefined) {
      for (const id of this.libraryIds(text)) ids.push(id);
    } else {
      const sections = this.specialPattern === undefined ? [text] : text.split(this.specialPattern);
      for (let i = 0; i < sections.length; i++) {
        const section = sections[i]!;
        // The pattern has one capture group, so special tokens stand at the odd places.
        if (i % 2 === 1) ids.push(this.specialIds.get(section)!);
        else if (section.length > 0) this.pieces.encode(section, ids);
      }
    }
    if (options.addSpecial) ids.push(...this.around.after);
    return Int32Array.from(ids);
  }

  /**
   * Text of token ids; bytes that are not UTF-8 become U+FFFD.
   * @throws if an id is not in the vocabulary
   */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const decoder = this.streamDecoder(options);
    let text = '';
    for (const id of ids) text += decoder.push(id);
    return text + decoder.end();
  }

  /** A decoder for ids that come one at a time; joined, its pieces are what `decode` gives for all of them. */
  streamDecoder(options: DecodeOptions = {}): StreamDecoder {
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
    return {
      push: (id) => {
        const bytes = this.bytesOf(id);
        return options.skipSpecial && this.hidden.has(id) ? '' : utf8.decode(bytes, { stream: true });
      },
      end: () => utf8.decode(),
    };
  }

  /**
   * Id of a special token by its text.
   * @throws if the tokenizer has no such token
   */
  specialId(content: string): number {
    const id = this.specialIds.get(content);
    if (id === undefined) throw new Error(`the tokenizer has no special token ${content}`);
    return id;
  }

  /**
   * Bytes of the text a token stands for.
   * @throws if the id is not in the vocabulary
   */
  bytesOf(id: number): Uint8Array {
    const bytes = this.addedBytes.get(id) ?? this.vocabulary.bytesOf(id);
    if (bytes === undefined) {
      throw new Error(`token id ${id} is not in the vocabulary (0 to ${this.vocabularySize - 1})`);
    }
    return bytes;
  }

  private libraryIds(text: string, addSpecial = false): number[] {
    const { ids } = this.library.encode(text, { add_special_tokens: addSpecial });
    return ids.map((id) => {
      if (id === undefined) throw new Error(`the vocabulary has no token for a part of ${JSON.stringify(text)}`);
      return id;
    });
  }

  private surroundings(): { before: number[]; after: number[] } {
    const plain = this.libraryIds('0');
    const full = this.libraryIds('0', true);
    const start = Math.max(full.indexOf(plain[0]!), 0);
    const before = full.slice(0, start);
    const after = full.slice(start + plain.length);
    if (this.config.add_bos_token === true && this.bosId !== undefined && before[0] !== this.bosId) {
      before.unshift(this.bosId);
    }
    if (this.config.add_eos_token === true && this.eosId !== undefined && after.at(-1) !== this.eosId) {
      after.push(this.eosId);
    }
    return { before, after };
  }

  private idOfConfigured(field: string): number | undefined {
    const token = this.config[field];
    const content = isObject(token) ? token.content : token;
    return typeof content === 'string'
      ? (this.specialIds.get(content) ?? this.vocabulary.idOfText(content))
      : undefined;
  }
}

/** Errors of the library and of the engine say what they stumbled on, not where. */
function named(open: () => Tokenizer): Tokenizer {
  try {
    return open();
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith('tokenizer')) throw error;
    throw new Error(`tokenizer.json cannot be read: ${message.slice(0, 300)}`, { cause: error });
  }
}

/** Whether words of the tokenizer can be merged by themselves, byte by byte, with no option that changes how. */
function mergesPlainly(tokenizerJson: Json): boolean {
  const { dropout, byte_fallback, unk_token, continuing_subword_prefix, end_of_word_suffix } =
    tokenizerJson.model as Json;
  return (
    hasIndependentPieces(tokenizerJson) &&
    endsWithBytes(tokenizerJson) &&
    !dropout &&
    !byte_fallback &&
    !unk_token &&
    !continuing_subword_prefix &&
    !end_of_word_suffix
  );
}

/**
 * What the library needs where words are merged here: no merges, and of the vocabulary only bytes and what the
 * post-processor puts around a text. Its tables of the whole would take most of the time to open a tokenizer.
 */
function withoutModel(tokenizerJson: Json, vocabulary: Vocabulary): Json {
  const vocab = Object.create(null) as Record<string, number>;
  for (const token of [...BYTE_CHARACTERS, ...textsIn(tokenizerJson.post_processor)]) {
    const id = vocabulary.idOfText(token);
    if (id !== undefined) vocab[token] = id;
  }
  return { ...tokenizerJson, model: { ...(tokenizerJson.model as Json), vocab, merges: [] } };
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part);
}

/** @throws where it is neither a text nor a list of named texts */
function templateOf(template: unknown): string | undefined {
  if (template === undefined || template === null) return undefined;
  if (typeof template === 'string') return template;
  const named = (entry: unknown): entry is { name: string; template: string } =>
    isObject(entry) && typeof entry.name === 'string' && typeof entry.template === 'string';
  if (!Array.isArray(template) || !template.every(named)) {
    throw new Error('tokenizer_config.json: chat_template is neither a text nor a list of named texts');
  }
  return template.find(({ name }) => name === 'default')?.template;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isByteLevel(decoder: unknown): boolean {
  if (!isObject(decoder)) return false;
  if (decoder.type === 'Sequence' && Array.isArray(decoder.decoders)) return decoder.decoders.some(isByteLevel);
  return decoder.type === 'ByteLevel';
}
