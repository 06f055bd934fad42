import { BYTE_CHARACTERS } from './byte-alphabet.ts';
import { openLibraryTokenizer } from './library.ts';
import { PairHeap } from './pair-heap.ts';
import { alternation, DEFAULT_SPECIAL_TOKENS, type SpecialToken } from './special-tokens.ts';
import { byteLevelTokenizerJson, type TokenizerJson } from './tokenizer-json.ts';

export interface TrainTokenizerOptions {
  /** Number of ids wanted, special tokens and the 256 bytes included. Fewer come out when the texts run dry of pairs. */
  vocabularySize: number;
  /** Special tokens in the order of their ids, from 0. Their text is left out of the statistics. */
  specialTokens?: readonly SpecialToken[];
  /** A pair seen fewer times than this is never merged. Default 2. */
  minimumCount?: number;
  /** Longest token in bytes; keeps whole phrases of Chinese from becoming one token. Default 24. */
  maximumTokenBytes?: number;
  /**
   * Where Latin letters may join. `anywhere` (the default) is plain BPE. `word-start`: only a piece that opens a word
   * after a space or with a capital grows, a letter at a time, so that the inside of a word, and a whole word in quotes
   * or among Chinese characters, stays one letter a token; a small model then spells by copying, not from memory.
   */
  letterMerges?: LetterMerges;
}

export type LetterMerges = 'anywhere' | 'word-start';

/**
 * Trains a byte-level BPE tokenizer (Sennrich et al. 2016; byte alphabet of GPT-2) and returns it as a Hugging Face
 * `tokenizer.json`. Ids: special tokens first, then the bytes 0 to 255, then merges in the order they were learnt.
 *
 * Deterministic, and independent of the order of the texts: the pair with the highest count is merged next; of equal
 * counts the pair whose left token has the smaller id, then the one whose right token has the smaller id.
 *
 * @throws if the vocabulary cannot hold the special tokens and the bytes, or two special tokens are the same
 */
export function trainTokenizer(texts: Iterable<string>, options: TrainTokenizerOptions): TokenizerJson {
  const specialTokens = options.specialTokens ?? DEFAULT_SPECIAL_TOKENS;
  const tokens = [...specialTokens.map((token) => token.content), ...BYTE_CHARACTERS];
  const vocabulary = new Map(tokens.map((token, id) => [token, id]));
  if (vocabulary.size !== tokens.length) throw new Error('two special tokens are the same, or one is a single byte');
  if (options.vocabularySize < tokens.length) {
    throw new Error(
      `vocabularySize ${options.vocabularySize} is too small: ${specialTokens.length} special tokens and 256 bytes need ${tokens.length}`,
    );
  }
  const untrained = byteLevelTokenizerJson(vocabulary, [], specialTokens);
  const words = countWords(texts, untrained, specialTokens);
  const merges = learnMerges(words, vocabulary, {
    vocabularySize: options.vocabularySize,
    minimumCount: options.minimumCount ?? 2,
    maximumTokenBytes: options.maximumTokenBytes ?? 24,
    letterMerges: options.letterMerges ?? 'anywhere',
  });
  return byteLevelTokenizerJson(vocabulary, merges, specialTokens);
}

const AROUND_DIGITS = /(?=\p{N})|(?<=\p{N})/u;

/** How often each pre-token (in the byte alphabet) occurs. Cuts with the very pre-tokenizer that encoding will use. */
function countWords(
  texts: Iterable<string>,
  tokenizerJson: TokenizerJson,
  specialTokens: readonly SpecialToken[],
): Map<string, number> {
  const preTokenizer = openLibraryTokenizer(tokenizerJson, {}).pre_tokenizer!;
  const cut = specialTokens.length === 0 ? undefined : alternation(specialTokens.map((token) => token.content));
  // Digits stand alone whatever surrounds them, so the text between them can be counted first and cut once.
  const pieces = new Map<string, number>();
  for (const text of texts) {
    const sections = cut === undefined ? [text] : text.split(cut);
    // The pattern has one capture group, so special tokens stand at the odd places.
    for (let i = 0; i < sections.length; i += 2) {
      for (const piece of sections[i]!.split(AROUND_DIGITS)) pieces.set(piece, (pieces.get(piece) ?? 0) + 1);
    }
  }
  const words = new Map<string, number>();
  for (const [piece, count] of pieces) {
    for (const word of preTokenizer.pre_tokenize(piece)) words.set(word, (words.get(word) ?? 0) + count);
  }
  return words;
}

/** One pre-token during training: its symbols as ids, and how often it occurs. */
interface Word {
  symbols: number[];
  readonly count: number;
}

// Pairs are keyed left * RADIX + right, so that comparing keys compares left ids, then right ids.
const RADIX = 2 ** 22;

/** Counts of neighbouring pairs, and the words each pair may stand in. */
class PairTable {
  readonly counts = new Map<number, number>();
  private readonly occurrences = new Map<number, Set<Word>>();

  add(key: number, word: Word, amount: number): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + amount);
    if (amount < 0) return;
    const words = this.occurrences.get(key);
    if (words === undefined) this.occurrences.set(key, new Set([word]));
    else words.add(word);
  }

  /** Words the pair may stand in (some may have lost it since). */
  wordsWith(key: number): Iterable<Word> {
    return this.occurrences.get(key) ?? [];
  }

  forget(key: number): void {
    this.occurrences.delete(key);
    this.counts.delete(key);
  }
}

// In the byte alphabet a space is Ġ.
const LETTER = /[A-Za-z]/;
const WORD_START = /^(?:Ġ[A-Za-z]?|[A-Z])[a-z]*$/;

/** Whether two pieces may join under `word-start`: neither has letters, or one letter is added to the start of a word. */
function joinsAtWordStart(left: string, right: string): boolean {
  if (!LETTER.test(left) && !LETTER.test(right)) return true;
  return right.length === 1 && WORD_START.test(left);
}

/** Learns merges from word counts, adding the new tokens to `vocabulary`. */
function learnMerges(
  wordCounts: ReadonlyMap<string, number>,
  vocabulary: Map<string, number>,
  limits: Required<Omit<TrainTokenizerOptions, 'specialTokens'>>,
): [string, string][] {
  const tokens = [...vocabulary.keys()];
  const pairs = new PairTable();
  for (const [text, count] of wordCounts) {
    const word: Word = { symbols: Array.from(text, (character) => vocabulary.get(character)!), count };
    for (let i = 1; i < word.symbols.length; i++) {
      pairs.add(word.symbols[i - 1]! * RADIX + word.symbols[i]!, word, count);
    }
  }
  const heap = new PairHeap();
  const offer = (key: number) => {
    const count = pairs.counts.get(key) ?? 0;
    const [left, right] = [tokens[Math.floor(key / RADIX)]!, tokens[key % RADIX]!];
    if (count < limits.minimumCount || left.length + right.length > limits.maximumTokenBytes) return;
    if (limits.letterMerges === 'anywhere' || joinsAtWordStart(left, right)) heap.push(key, count);
  };
  for (const key of pairs.counts.keys()) offer(key);

  const merges: [string, string][] = [];
  while (vocabulary.size < limits.vocabularySize) {
    const best = heap.pop();
    if (best === undefined) break;
    if (pairs.counts.get(best.key) !== best.count) continue;
    const left = Math.floor(best.key / RADIX);
    const right = best.key % RADIX;
    const merged = tokens[left]! + tokens[right]!;
    merges.push([tokens[left]!, tokens[right]!]);
    // Two different pairs can spell one token; the second way to it shares the first one's id.
    const id = vocabulary.get(merged) ?? tokens.push(merged) - 1;
    vocabulary.set(merged, id);
    const changed = new Set<number>();
    for (const word of pairs.wordsWith(best.key)) mergeInWord(word, left, right, id, pairs, changed);
    pairs.forget(best.key);
    for (const key of changed) offer(key);
  }
  return merges;
}

/** Replaces the pair in one word, left to right, and moves the counts of the pairs around it. */
function mergeInWord(
  word: Word,
  left: number,
  right: number,
  id: number,
  pairs: PairTable,
  changed: Set<number>,
): void {
  const before = word.symbols;
  const after: number[] = [];
  for (let i = 0; i < before.length; i++) {
    if (before[i] === left && before[i + 1] === right) {
      after.push(id);
      i++;
    } else after.push(before[i]!);
  }
  if (after.length === before.length) return;
  for (const [symbols, amount] of [
    [before, -word.count],
    [after, word.count],
  ] as const) {
    for (let i = 1; i < symbols.length; i++) {
      const key = symbols[i - 1]! * RADIX + symbols[i]!;
      pairs.add(key, word, amount);
      changed.add(key);
    }
  }
  word.symbols = after;
}
