/** Reading answers: the part after the thinking, plain digits and signs, numbers, and which number is the answer. */

/**
 * What follows the thinking, in plain characters (full-width digits, typographic signs and markup made plain);
 * undefined where the thinking was never closed.
 */
export function answerText(text: string): string | undefined {
  const close = text.lastIndexOf('</think>');
  const open = text.lastIndexOf('<think>');
  if (open > close) return undefined;
  return plain(close < 0 ? text : text.slice(close + '</think>'.length));
}

export function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[−–—‒﹣]/g, '-')
    .replace(/[×✕✖·⋅∙]|\\times|\\cdot/g, '*')
    .replace(/÷|\\div/g, '/')
    .replace(/\*\*|\\boxed|[`$]/g, ' ')
    .trim();
}

/** Drops the commas of `1,234`; only where no list of numbers is expected. */
export function withoutThousands(text: string): string {
  return text.replace(/(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,]*\d)/g, (group) => group.replaceAll(',', ''));
}

const NUMBER = /(?<![\d.])\d+(?:\.\d+)?|(?<![\d.])\.\d+/g;

/** A number found in a text, with its sign read from `-`, `minus`, `negative` or `负` where that is no operator. */
export interface FoundNumber {
  value: number;
  start: number;
  end: number;
}

export function findNumbers(text: string): FoundNumber[] {
  const found: FoundNumber[] = [];
  for (const match of text.matchAll(NUMBER)) {
    let start = match.index;
    const before = text.slice(Math.max(0, start - 24), start);
    const sign = /(?:(-)\s?|(?:\b(?:minus|negative)\s+)|负\s?)$/i.exec(before);
    let value = Number(match[0]);
    if (sign !== null) {
      const left = before.slice(0, sign.index).trimEnd();
      const word = sign[0].trim().toLowerCase();
      const operator =
        (word === '-' || word === 'minus') &&
        /[\dA-Za-z)\]]$/.test(left) &&
        !/\b(is|be|equals|x|y|n|to|get|gives|makes|answer|result|or|and)$/i.test(left);
      if (!operator) {
        value = -value;
        start = sign.index;
      }
    }
    found.push({ value, start, end: match.index + match[0].length });
  }
  return found;
}

const englishNumbers = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const chineseDigits = '零一二三四五六七八九';

/** A Chinese numeral below 100 (`三`, `两`, `十四`, `二十`), or undefined. */
export function chineseNumeral(text: string): number | undefined {
  const numeral = text.replace('两', '二').replace('〇', '零');
  if (/^[零一二三四五六七八九]$/.test(numeral)) return chineseDigits.indexOf(numeral);
  const match = /^([一二三四五六七八九])?十([一二三四五六七八九])?$/.exec(numeral);
  if (match === null) return undefined;
  return 10 * (match[1] ? chineseDigits.indexOf(match[1]) : 1) + (match[2] ? chineseDigits.indexOf(match[2]) : 0);
}

/** Numbers spelled as words, used only where a text has no digits. */
export function spelledNumbers(text: string): number[] {
  const found: number[] = [];
  for (const match of text.matchAll(/\b[a-z]+\b|[零〇一二两三四五六七八九十]+/gi)) {
    const word = match[0].toLowerCase();
    const value = word === 'no' || word === 'none' ? 0 : englishNumbers.indexOf(word);
    const chinese = chineseNumeral(word);
    if (value >= 0) found.push(value);
    else if (chinese !== undefined) found.push(chinese);
  }
  return found;
}

function withoutGiven(values: readonly number[], given: readonly number[]): number[] {
  const left = [...values];
  for (const value of given) {
    if (left.length === 1) break;
    const at = left.indexOf(value);
    if (at >= 0) left.splice(at, 1);
  }
  return left;
}

/**
 * The one number that a text gives as its answer, or undefined where it gives none or several. Results after `=` count
 * first; otherwise the numbers of the question are set aside, and what remains must agree.
 */
export function numericAnswer(text: string, given: readonly number[] = []): number | undefined {
  const results: number[] = [];
  for (const { value, start, end } of findNumbers(text)) {
    const follows = text.slice(end, end + 24).trimStart();
    if (/=\s*$/.test(text.slice(Math.max(0, start - 24), start)) && !/^(?:[+*/(=]|-\s*[\d(])/.test(follows))
      results.push(value);
  }
  const values = findNumbers(text).map(({ value }) => value);
  const candidates = results.length > 0 ? results : withoutGiven(values, given);
  if (candidates.length === 0 && values.length === 0) return single(withoutGiven(spelledNumbers(text), given));
  if (results.length > 0 && /\b(?:or|maybe)\b|或|要么/i.test(text) && new Set(withoutGiven(values, given)).size > 1) {
    return undefined;
  }
  return single(candidates);
}

function single(values: readonly number[]): number | undefined {
  return values.length > 0 && values.every((value) => value === values[0]) ? values[0] : undefined;
}
