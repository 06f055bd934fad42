/** Counting a letter in a word: the word is spelled, and the running count stands after each letter that counts. */
import type { Random } from '../../platform/random.ts';
import { answerText, numericAnswer, spelledNumbers } from './answer.ts';
import { letterWordings } from './letters-wordings.ts';
import type { GenerateOptions, Language, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';
import { inventWord, realWords } from './words.ts';

const weights = { word: 65, invented: 35 };

interface Details {
  word: string;
  letter: string;
  count: number;
}

const quotes: Record<Language, readonly [string, string][]> = {
  en: [
    ['"', '"'],
    ["'", "'"],
    ['', ''],
    ['“', '”'],
  ],
  zh: [
    ['"', '"'],
    ['“', '”'],
    ['', ''],
    ['「', '」'],
  ],
};

/** A letter to count: often one that repeats, sometimes one that is absent. */
function drawLetter(random: Random, word: string): string {
  const letters = [...word];
  const repeated = letters.filter((letter, i) => letters.indexOf(letter) !== i);
  const draw = random.next();
  if (draw < 0.45 && repeated.length > 0) return random.pick(repeated);
  if (draw < 0.85) return random.pick(letters);
  return String.fromCharCode(97 + random.integer(0, 25));
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'letters', weights, options.kind);
  const { word, key } = drawInSplit(options.split, () => {
    const drawn = kind === 'word' ? random.pick(realWords) : inventWord(random);
    if (options.level !== undefined && drawn.length > options.level) return undefined;
    return { word: drawn, key: `letters:${drawn}` };
  });
  const letter = drawLetter(random, word);
  const { language } = options;
  const [open, close] = random.pick(quotes[language]);
  const slots = { w: `${open}${word}${close}`, c: random.chance(0.15) ? `"${letter}"` : letter };
  let count = 0;
  const spelled = [...word].map((each) => {
    if (each !== letter) return ` ${each}`;
    count += 1;
    return ` ${each}${count}`;
  });
  const details: Details = { word, letter, count };
  const sentence =
    language === 'zh'
      ? `字母${letter}出现了${count}次。`
      : `The letter ${letter} appears ${count} ${count === 1 ? 'time' : 'times'}.`;
  return {
    task: 'letters',
    kind,
    language,
    prompt: phrase(random, letterWordings, options, slots),
    solution: writeSolution([`${letter}:${spelled.join('')}`, `=${count}`], sentence),
    answer: String(count),
    key,
    details,
  };
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const { word, count } = problem.details as Details;
  const digits = /\d/.test(plain);
  const cleaned = digits ? plain : plain.replace(/这个|一共/g, ' ');
  if (!digits && count === 0 && /\b(?:does not|doesn't|never)\b|没有/.test(cleaned)) return 1;
  if (!digits && /\b(once|twice)\b/i.test(cleaned)) {
    const said = [...cleaned.matchAll(/\b(once|twice)\b/gi)].map((match) =>
      match[1]!.toLowerCase() === 'once' ? 1 : 2,
    );
    return said.length === 1 && said[0] === count ? 1 : 0;
  }
  // The word may itself be a numeral ("one"): naming it is no answer.
  return numericAnswer(cleaned, spelledNumbers(word)) === count ? 1 : 0;
}

export const letters: Task = {
  name: 'letters',
  title: { en: 'Counting letters', zh: '数字母' },
  description: {
    en: 'How many times a letter occurs in an English word, real or made up.',
    zh: '一个字母在英文单词（或编造的词）里出现几次。',
  },
  examples: {
    en: ["How many r's are in strawberry?", 'Count the letter s in "mississippi".'],
    zh: ['strawberry里有几个r？', '单词“banana”中字母a出现了几次？'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
