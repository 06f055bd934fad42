/**
 * Knights and knaves for two or three people. The thinking names the people by letters, writes the claims as formulas,
 * and tries the cases in turn: `T,L:A0n` supposes A truthful and B lying, finds that A's claim is false (0), which does
 * not fit (n); a case in which every claim fits ends with y.
 */
import type { Random } from '../../platform/random.ts';
import { answerText } from './answer.ts';
import { claimWordings, puzzleWordings } from './knights-wordings.ts';
import type { GenerateOptions, Language, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { fill, phrase } from './wording.ts';

const weights = { 'two-people': 55, 'three-people': 45 };

type ClaimKind = keyof (typeof claimWordings)['en'];
interface Claim {
  kind: ClaimKind;
  x: number;
  /** The second person spoken of; the same as x for a claim about one. */
  y: number;
}

interface Details {
  /** True for a knight, by name. */
  knights: Record<string, boolean>;
}

function holds({ kind, x, y }: Claim, knights: readonly boolean[]): boolean {
  const [first, second] = [knights[x]!, knights[y]!];
  if (kind === 'knave') return !first;
  if (kind === 'knight') return first;
  if (kind === 'same') return first === second;
  if (kind === 'different') return first !== second;
  if (kind === 'bothKnights') return first && second;
  if (kind === 'bothKnaves') return !first && !second;
  if (kind === 'someKnight') return first || second;
  return !first || !second;
}

function formula({ kind, x, y }: Claim): string {
  const [first, second] = [letter(x), letter(y)];
  const forms: Record<ClaimKind, string> = {
    knave: `${first}=L`,
    knight: `${first}=T`,
    same: `${first}=${second}`,
    different: `${first}!=${second}`,
    bothKnights: `${first}=T&${second}=T`,
    bothKnaves: `${first}=L&${second}=L`,
    someKnight: `${first}=T|${second}=T`,
    someKnave: `${first}=L|${second}=L`,
    ifKnight: `${first}=T>${second}=L`,
  };
  return forms[kind];
}

function letter(person: number): string {
  return 'ABC'[person]!;
}

/** All cases in the order in which they are tried: T before L, the last person changing fastest. */
function cases(count: number): boolean[][] {
  return Array.from({ length: 2 ** count }, (_, code) =>
    Array.from({ length: count }, (_, person) => ((code >> (count - 1 - person)) & 1) === 0),
  );
}

function fits(claims: readonly Claim[], knights: readonly boolean[]): boolean {
  return claims.every((claim, speaker) => holds(claim, knights) === knights[speaker]);
}

function drawClaim(random: Random, speaker: number, count: number): Claim {
  const others = Array.from({ length: count }, (_, i) => i).filter((i) => i !== speaker);
  const kind = random.weighted<ClaimKind>({
    knave: 26,
    knight: 16,
    same: 14,
    different: 12,
    bothKnights: 9,
    bothKnaves: 12,
    someKnight: 8,
    someKnave: 8,
    ifKnight: 8,
  });
  if (kind === 'knight' && random.chance(0.2)) return { kind, x: speaker, y: speaker };
  const x = random.pick(others);
  if (kind === 'knave' || kind === 'knight') return { kind, x, y: x };
  const rest = others.filter((i) => i !== x);
  const y = rest.length > 0 && random.chance(0.6) ? random.pick(rest) : speaker;
  // Only "if x is a knight, y is a knave" could tell its two places apart, and it is true of (y, x) just as of (x, y).
  return { kind, x: Math.min(x, y), y: Math.max(x, y) };
}

/** The puzzle whatever the people are called and in whatever order they speak: the least of its renamings. */
function canonical(claims: readonly Claim[]): string {
  const order = claims.map((_, i) => i);
  const renamings =
    order.length === 2
      ? [
          [0, 1],
          [1, 0],
        ]
      : [
          [0, 1, 2],
          [0, 2, 1],
          [1, 0, 2],
          [1, 2, 0],
          [2, 0, 1],
          [2, 1, 0],
        ];
  const forms = renamings.map((to) => {
    const renamed: string[] = [];
    claims.forEach((claim, speaker) => {
      const [x, y] = [to[claim.x]!, to[claim.y]!];
      renamed[to[speaker]!] = formula({ kind: claim.kind, x: Math.min(x, y), y: Math.max(x, y) });
    });
    return renamed.join(';');
  });
  return forms.sort()[0]!;
}

function draw(random: Random, count: number) {
  const claims = Array.from({ length: count }, (_, speaker) => drawClaim(random, speaker, count));
  const solutions = cases(count).filter((knights) => fits(claims, knights));
  if (solutions.length !== 1) return undefined;
  return { claims, knights: solutions[0]!, key: `knights:${canonical(claims)}` };
}

function think(claims: readonly Claim[], names: readonly string[]): string[] {
  const lines = names.map((name, i) => `${letter(i)} ${name}`);
  lines.push(...claims.map((claim, i) => `${letter(i)}:${formula(claim)}`));
  for (const knights of cases(names.length)) {
    let line = `${knights.map((knight) => (knight ? 'T' : 'L')).join(',')}:`;
    const misfit = claims.findIndex((claim, speaker) => holds(claim, knights) !== knights[speaker]);
    const checked = misfit < 0 ? claims.length : misfit + 1;
    line += claims
      .slice(0, checked)
      .map((claim, i) => `${letter(i)}${holds(claim, knights) ? 1 : 0}`)
      .join(',');
    lines.push(`${line}${misfit < 0 ? 'y' : 'n'}`);
    if (misfit < 0) break;
  }
  return lines;
}

const names: Record<Language, readonly string[]> = {
  en: [
    'Alice',
    'Bob',
    'Carol',
    'David',
    'Emma',
    'Frank',
    'Grace',
    'Henry',
    'Ivy',
    'Jack',
    'Kate',
    'Leo',
    'Mia',
    'Noah',
  ],
  zh: ['小明', '小红', '小刚', '小丽', '小华', '小芳', '小强', '小雨', '甲', '乙', '丙', '阿宝'],
};

function speech(random: Random, claim: Claim, speaker: number, people: readonly string[], language: Language): string {
  const self = language === 'zh' ? '我' : 'I';
  const called = (person: number) => (person === speaker ? self : people[person]!);
  // The speaker's own place comes last in English ("Bob and I"), first in Chinese (我和小明).
  const [x, y] =
    (language === 'en') === (claim.x === speaker) && claim.x !== claim.y ? [claim.y, claim.x] : [claim.x, claim.y];
  const [first, second] = language === 'zh' && x !== speaker && y === speaker ? [y, x] : [x, y];
  let text = fill(random, random.pick(claimWordings[language][claim.kind]), { x: called(first), y: called(second) });
  if (language === 'en') text = text.replace(/\bof (\w+) and I\b/, 'of $1 and me').replace(/\bor I is\b/, 'or I am');
  if (language === 'zh') return `${people[speaker]}说：“${text}”`;
  return random.pick([
    `${people[speaker]} says: "${text}"`,
    `${people[speaker]} says, "${text}"`,
    `${people[speaker]}: "${text}"`,
  ]);
}

function listed(people: readonly string[], language: Language): string {
  const [start, last] = [people.slice(0, -1), people.at(-1)];
  return language === 'zh' ? `${start.join('、')}和${last}` : `${start.join(', ')} and ${last}`;
}

function sentence(people: readonly string[], knights: readonly boolean[], language: Language): string {
  if (language === 'zh') return `${people.map((name, i) => `${name}是${knights[i] ? '骑士' : '无赖'}`).join('，')}。`;
  return `${people.map((name, i) => `${name} is a ${knights[i] ? 'knight' : 'knave'}`).join(', ')}.`;
}

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'knights', weights, options.kind);
  const count = options.level ?? (kind === 'two-people' ? 2 : 3);
  const { claims, knights, key } = drawInSplit(options.split, () => draw(random, count));
  const { language } = options;
  const letters = language === 'en' && random.chance(0.2);
  const people = letters ? ['A', 'B', 'C'].slice(0, count) : random.shuffle(names[language]).slice(0, count);
  const said = claims.map((claim, speaker) => speech(random, claim, speaker, people, language));
  const slots = { p: listed(people, language), s: said.join(language === 'zh' ? '' : ' ') };
  const details: Details = { knights: Object.fromEntries(people.map((name, i) => [name, knights[i]!])) };
  const answer = sentence(people, knights, language);
  return {
    task: 'knights',
    kind,
    language,
    prompt: phrase(random, puzzleWordings, options, slots),
    solution: writeSolution(think(claims, people), answer),
    answer,
    key,
    details,
  };
}

const KNIGHT = /knights?|truth[- ]?tellers?|truthful|honest|骑士|说真话|讲真话|诚实/i;
const TYPE =
  /knights?|knaves?|truth[- ]?tellers?|truthful|honest|liars?|骑士|无赖|说真话|讲真话|诚实|骗子|说谎|说假话/gi;

/** Who is what as a text says it; undefined where it contradicts itself. */
function readTypes(text: string, people: readonly string[]): Map<string, boolean> | undefined {
  const names = people.map((name) => (/^[A-Za-z]+$/.test(name) ? `(?<![A-Za-z])${name}(?![A-Za-z])` : name)).join('|');
  const pattern = new RegExp(
    `(${names})|(${TYPE.source})\\s*(:|are\\b|：)?|(\\bnot\\b|n't\\b|不是|并非)|(\\ball\\b|\\bboth\\b|都|全)`,
    'gi',
  );
  const types = new Map<string, boolean>();
  let waiting: string[] = [];
  let heading: boolean | undefined;
  let negated = false;
  let everyone = false;
  const assign = (name: string, knight: boolean): boolean => {
    if (types.has(name) && types.get(name) !== knight) return false;
    types.set(name, knight);
    return true;
  };
  for (const match of text.matchAll(pattern)) {
    const [, name, type, colon, negation, all] = match;
    if (name !== undefined) {
      const person = people.find((each) => each === name);
      // Where people are called A and B, the article "a" is nobody.
      if (person === undefined) continue;
      if (heading === undefined) waiting.push(person);
      else if (!assign(person, heading)) return undefined;
    } else if (negation !== undefined) negated = true;
    else if (all !== undefined) everyone = true;
    else if (type !== undefined) {
      const knight = KNIGHT.test(type) !== negated;
      negated = false;
      if (waiting.length === 0 && everyone) waiting = [...people];
      if (waiting.length === 0 && colon !== undefined) heading = knight;
      for (const person of waiting) if (!assign(person, knight)) return undefined;
      waiting = [];
      everyone = false;
    }
  }
  return types;
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const { knights } = problem.details as Details;
  const people = Object.keys(knights);
  if (/\bor\b|\bmaybe\b|或/.test(plain)) return 0;
  const types = readTypes(plain, people);
  return types !== undefined && people.every((name) => types.get(name) === knights[name]) ? 1 : 0;
}

export const knights: Task = {
  name: 'knights',
  title: { en: 'Knights and knaves', zh: '骑士与无赖' },
  description: {
    en: 'Two or three people, truthful knights or lying knaves, speak; find out who is what.',
    zh: '两三个人各是说真话的骑士或说假话的无赖，根据他们的话判断身份。',
  },
  examples: {
    en: [
      'Knights always tell the truth and knaves always lie. Alice says: "Bob is a knave." Bob says: "Alice and I are the same kind." Who is what?',
    ],
    zh: ['骑士总说真话，无赖总说假话。小明说：“小红是无赖。”小红说：“我和小明是同一类人。”谁是骑士，谁是无赖？'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
