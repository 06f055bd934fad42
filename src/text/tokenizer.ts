import { describeValue } from '../model/describe-value.ts';
import { bytesOfToken } from './byte-alphabet.ts';
import { BytePairMerger } from './byte-pair-merger.ts';
import { type LibraryTokenizer, openLibraryTokenizer } from './library.ts';
import { endsWithBytes, hasIndependentPieces, PieceEncoder } from './piece-encoder.ts';
import { alternation } from './special-tokens.ts';
import { checkTokenizerConfig, checkTokenizerJson } from './tokenizer-check.ts';

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
  private readonly bytes: readonly (Uint8Array | undefined)[];
  private readonly hidden: ReadonlySet<number>;
  private readonly specialPattern: RegExp | undefined;
  private readonly pieces: PieceEncoder | undefined;
  private readonly around: { before: readonly number[]; after: readonly number[] };

  private constructor(tokenizerJson: Json, config: Json, ids: ReadonlyMap<string, number>) {
    this.config = config;
    const independent = hasIndependentPieces(tokenizerJson);
    const model = tokenizerJson.model as Json;
    const merger = independent && endsWithBytes(tokenizerJson) ? BytePairMerger.of(model, ids) : undefined;
    // The library needs no merges where they are made here; its table of them takes most of the time to open one.
    const lent = merger === undefined ? tokenizerJson : { ...tokenizerJson, model: { ...model, merges: [] } };
    this.library = openLibraryTokenizer(lent, config);
    const added = [...this.library.get_added_tokens_decoder().values()];
    this.specialIds = new Map(added.map((token) => [token.content, token.id]));
    this.hidden = new Set(added.filter((token) => token.special).map((token) => token.id));
    const addedIds = new Set(this.specialIds.values());
    const utf8 = new TextEncoder();
    const bytes: (Uint8Array | undefined)[] = [];
    for (const [token, id] of this.library.get_vocab()) {
      if (token !== undefined) bytes[id] = addedIds.has(id) ? utf8.encode(token) : bytesOfToken(token);
    }
    this.bytes = bytes;
    this.vocabularySize = bytes.length;
    this.bosId = this.idOfConfigured('bos_token');
    this.eosId = this.idOfConfigured('eos_token');
    this.padId = this.idOfConfigured('pad_token');
    this.chatTemplate = templateOf(config.chat_template);
    this.specialPattern = added.length === 0 ? undefined : alternation(added.map((token) => token.content));
    this.pieces = independent ? new PieceEncoder(tokenizerJson, this.library, merger) : undefined;
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
    const ids = checkTokenizerJson(complete);
    checkTokenizerConfig(tokenizerConfig);
    try {
      return new Tokenizer(complete, tokenizerConfig, ids);
    } catch (error) {
      const { message } = error as Error;
      if (message.startsWith('tokenizer')) throw error;
      // Errors of the library and of the engine say what they stumbled on, not where.
      throw new Error(`tokenizer.json cannot be read: ${message.slice(0, 300)}`, { cause: error });
    }
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
    const bytes = this.bytes[id];
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
    return typeof content === 'string' ? this.library.token_to_id(content) : undefined;
  }
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
