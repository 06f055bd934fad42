import type { BytePairMerger } from './byte-pair-merger.ts';
import { GenerationalCache } from './generational-cache.ts';
import type { LibraryPreTokenizer, LibraryTokenizer } from './library.ts';

type Json = Readonly<Record<string, unknown>>;

const CACHED_PIECES = 65_536;
const LONGEST_CACHED_PIECE = 96;

/**
 * Whether equal pieces of a text have equal ids wherever they stand, so that they may be remembered: each step after
 * the first cut sees one piece at a time. False with a normalizer other than NFC, with special tokens that eat the white
 * space beside them, or with a step that minds where in the text a piece stands (Metaspace).
 */
export function hasIndependentPieces(tokenizerJson: Json): boolean {
  const { pre_tokenizer: preTokenizer, added_tokens: added } = tokenizerJson;
  const normalizer = normalizerOf(tokenizerJson.normalizer);
  if (normalizer === 'other' || !isObject(preTokenizer)) return false;
  if (JSON.stringify(preTokenizer).includes('"Metaspace"')) return false;
  return (Array.isArray(added) ? added : []).filter(isObject).every(({ content, normalized, lstrip, rstrip }) => {
    if (lstrip || rstrip) return false;
    // Such a token is found in the composed text; where it has only ASCII, composing changes nothing about it.
    return !(normalizer === 'NFC' && normalized) || /^[ -~]*$/.test(String(content));
  });
}

/**
 * Encodes text without special tokens by the cuts of a library's tokenizer, and remembers pieces: what the first cut
 * leaves (whole phrases, where a tokenizer first cuts at digits) and what all cuts leave (words). For tokenizers that
 * `hasIndependentPieces`.
 */
export class PieceEncoder {
  readonly #library: LibraryTokenizer;
  readonly #composes: boolean;
  readonly #cuts: readonly LibraryPreTokenizer[];
  /** What the library does to the words that the cuts leave: writing bytes, where that is the last step. */
  readonly #bytes: LibraryPreTokenizer | undefined;
  readonly #merger: BytePairMerger | undefined;
  readonly #phrases = new GenerationalCache<string, readonly number[]>(CACHED_PIECES);
  readonly #words = new GenerationalCache<string, readonly number[]>(CACHED_PIECES);

  /** @param merger merges words in place of the library, where writing bytes is a step of its own */
  constructor(tokenizerJson: Json, library: LibraryTokenizer, merger: BytePairMerger | undefined) {
    this.#library = library;
    this.#composes = normalizerOf(tokenizerJson.normalizer) === 'NFC';
    const { pre_tokenizer: pre } = library;
    const steps = (pre?.tokenizers ?? [pre]).filter((step) => step !== null);
    const onlyBytes = endsWithBytes(tokenizerJson);
    this.#bytes = onlyBytes ? steps.at(-1) : undefined;
    this.#cuts = onlyBytes ? steps.slice(0, -1) : steps;
    this.#merger = onlyBytes ? merger : undefined;
  }

  /** Appends the ids of a text. */
  encode(text: string, ids: number[]): void {
    const [first, ...others] = this.#cuts;
    const composed = this.#composes ? text.normalize('NFC') : text;
    if (first === undefined) this.#encodeWords([composed], ids);
    else if (others.length === 0) this.#encodeWords(first.pre_tokenize(composed), ids);
    else for (const phrase of first.pre_tokenize(composed)) this.#encodePhrase(phrase, others, ids);
  }

  #encodePhrase(phrase: string, cuts: readonly LibraryPreTokenizer[], ids: number[]): void {
    let phraseIds = this.#phrases.get(phrase);
    if (phraseIds === undefined) {
      let words = [phrase];
      for (const cut of cuts) words = cut.pre_tokenize(words);
      const found: number[] = [];
      this.#encodeWords(words, found);
      phraseIds = found;
      if (phrase.length <= LONGEST_CACHED_PIECE) this.#phrases.set(phrase, phraseIds);
    }
    for (const id of phraseIds) ids.push(id);
  }

  #encodeWords(words: readonly string[], ids: number[]): void {
    for (const word of words) {
      let wordIds = this.#words.get(word);
      if (wordIds === undefined) {
        wordIds = this.#encodeWord(word);
        if (word.length <= LONGEST_CACHED_PIECE) this.#words.set(word, wordIds);
      }
      for (const id of wordIds) ids.push(id);
    }
  }

  #encodeWord(word: string): number[] {
    const ids: number[] = [];
    if (this.#merger !== undefined) {
      this.#merger.merge(word, ids);
      return ids;
    }
    const { model } = this.#library;
    const written = this.#bytes === undefined ? [word] : this.#bytes.pre_tokenize([word]);
    return model(written).flatMap((token) => model.tokens_to_ids.get(token) ?? []);
  }
}

/** Whether the last step of the pre-tokenizer cuts nothing: it only writes the bytes of the words. */
export function endsWithBytes({ pre_tokenizer: preTokenizer }: Json): boolean {
  if (!isObject(preTokenizer)) return false;
  const last = Array.isArray(preTokenizer.pretokenizers) ? preTokenizer.pretokenizers.at(-1) : preTokenizer;
  return isObject(last) && last.type === 'ByteLevel' && last.use_regex === false && !last.add_prefix_space;
}

function normalizerOf(normalizer: unknown): 'none' | 'NFC' | 'other' {
  if (!isObject(normalizer)) return 'none';
  if (normalizer.type === 'NFC') return 'NFC';
  if (normalizer.type !== 'Sequence' || !Array.isArray(normalizer.normalizers)) return 'other';
  const kinds = new Set(normalizer.normalizers.map(normalizerOf));
  kinds.delete('none');
  return kinds.size === 0 ? 'none' : kinds.size === 1 ? [...kinds][0]! : 'other';
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
