/** Longest pattern; the longest published one has some 2,000 characters. */
const LONGEST = 20_000;
/** Repetitions of variable length in a row: each may multiply the time by the length of a text. Published: two. */
const MOST_IN_A_ROW = 3;
/** A repetition with more choices than this counts as one without an end. */
const FEW_CHOICES = 8;
const DEEPEST = 30;

/** What a part of a pattern may cost. */
interface Cost {
  /** Whether it matches texts of different lengths, or one text in several ways. */
  readonly varies: boolean;
  /** Repetitions of variable length one after another, of the worst alternative. */
  readonly repetitions: number;
}

/**
 * Refuses regular expressions whose time may explode with the length of a text, since nothing can stop one that runs: a
 * repetition of something that itself repeats or has alternatives, such as (a+)+ or (a|aa)*; more than three repetitions in
 * a row; references back. Stricter than need be, but every pattern of a published tokenizer passes.
 * @throws {Error} saying why
 */
export function checkPattern(pattern: string): void {
  if (pattern.length > LONGEST) throw new Error(`has ${pattern.length} characters, at most ${LONGEST} are read`);
  const reader = new PatternReader(pattern);
  const { repetitions } = reader.alternatives(0);
  if (!reader.atEnd) throw new Error('has a closing parenthesis too many');
  if (repetitions > MOST_IN_A_ROW) throw tooMany(repetitions);
}

const tooMany = (count: number) =>
  new Error(`has ${count} repetitions in a row, which may take forever; at most ${MOST_IN_A_ROW} are allowed`);

class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  alternatives(depth: number): Cost {
    if (depth > DEEPEST) throw new Error(`has groups nested more than ${DEEPEST} deep`);
    let cost = this.#sequence(depth);
    while (this.#pattern[this.#at] === '|') {
      this.#at += 1;
      const other = this.#sequence(depth);
      cost = { varies: true, repetitions: Math.max(cost.repetitions, other.repetitions) };
    }
    return cost;
  }

  #sequence(depth: number): Cost {
    let varies = false;
    let repetitions = 0;
    while (!this.atEnd && this.#pattern[this.#at] !== '|' && this.#pattern[this.#at] !== ')') {
      const item = this.#repeated(this.#atom(depth));
      varies ||= item.varies;
      repetitions += item.repetitions;
    }
    return { varies, repetitions };
  }

  #atom(depth: number): Cost {
    const plain = { varies: false, repetitions: 0 };
    const character = this.#pattern[this.#at]!;
    if (character === '(') {
      this.#at += 1;
      const opening = /^\?(?:<?[=!]|[a-z]*(?:-[a-z]+)?:|<[^>]*>)/.exec(this.#pattern.slice(this.#at, this.#at + 80));
      this.#at += opening?.[0].length ?? 0;
      const inner = this.alternatives(depth + 1);
      if (this.#pattern[this.#at] !== ')') throw new Error('has a group that is not closed');
      this.#at += 1;
      return inner;
    }
    if (character === '[') {
      this.#skipClass();
      return plain;
    }
    if (character === '\\') {
      if (/^\\[1-9k]/.test(this.#pattern.slice(this.#at, this.#at + 2))) throw new Error('refers back to a group');
      const escaped = /^\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|x\{[^}]*\}|[\s\S])/.exec(
        this.#pattern.slice(this.#at, this.#at + 80),
      );
      if (escaped === null) throw new Error('ends within an escape');
      this.#at += escaped[0].length;
      return plain;
    }
    this.#at += 1;
    return plain;
  }

  /** A class; those of Oniguruma may stand within each other. */
  #skipClass(): void {
    const start = this.#at;
    this.#at += 1;
    if (this.#pattern[this.#at] === '^') this.#at += 1;
    for (; !this.atEnd; this.#at += 1) {
      const character = this.#pattern[this.#at];
      if (character === '\\') this.#at += 1;
      else if (character === ']' && this.#at > start + 1) {
        this.#at += 1;
        return;
      }
    }
    throw new Error('has a class that is not closed');
  }

  #repeated(item: Cost): Cost {
    const rest = this.#pattern.slice(this.#at, this.#at + 40);
    const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})[?+]?/.exec(rest);
    if (found === null) return item;
    this.#at += found[0].length;
    const [, sign, least, comma, most] = found;
    if (sign === '?') return { ...item, varies: true };
    const from = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
    const to =
      sign !== undefined || (comma !== undefined && most === '')
        ? Number.POSITIVE_INFINITY
        : Number(comma === undefined ? least : most);
    if (to > 1 && item.varies)
      throw new Error('repeats what itself repeats or has alternatives, which may take forever');
    const many = to - from > FEW_CHOICES;
    return { varies: item.varies || to !== from, repetitions: item.repetitions + (many ? 1 : 0) };
  }
}
