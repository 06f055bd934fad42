/** Questions about dates: N days later, weekdays, days between two dates, leap years; month lengths are written out. */
import type { Random } from '../../platform/random.ts';
import { answerText, numericAnswer } from './answer.ts';
import {
  type CalendarDate,
  isLeap,
  monthLength,
  readDates,
  readWeekdays,
  weekdayNames,
  writeDate,
} from './calendar.ts';
import { dateAfter, daysBetween, leapYear, weekdayAfter } from './dates-wordings.ts';
import type { GenerateOptions, Language, Problem, Task } from './task.ts';
import { chooseKind, drawInSplit, writeSolution } from './task.ts';
import { phrase } from './wording.ts';

const weights = { 'date-after': 32, 'weekday-after': 28, 'days-between': 26, 'leap-year': 14 };
type Kind = keyof typeof weights;

type Details =
  | { kind: 'date-after'; from: CalendarDate; days: number; date: CalendarDate }
  | { kind: 'weekday-after'; from: number; days: number; weekday: number }
  | { kind: 'days-between'; days: number }
  | { kind: 'leap-year'; year: number; leap: boolean };

interface Draft {
  key: string;
  details: Details;
  lines: string[];
  answer: string;
  sentence: string;
  slots: Record<string, string>;
}

/** `2024:24=4*6+0`; a century is judged by its hundreds. */
function leapLines(year: number): string[] {
  const judged = year % 100 === 0 ? Math.floor(year / 100) : year % 100;
  const shown = year % 100 === 0 ? String(judged) : String(judged).padStart(2, '0');
  return [`${year}:${shown}=4*${Math.floor(judged / 4)}+${judged % 4}`];
}

function drawYear(random: Random): number {
  return random.chance(0.85) ? random.integer(1990, 2039) : random.integer(1900, 2100);
}

function drawDate(random: Random): CalendarDate {
  const month = random.integer(1, 12);
  return { month, day: random.integer(1, monthLength(month)) };
}

function draftDateAfter(random: Random, language: Language, level: number | undefined): Draft | undefined {
  const start = drawDate(random);
  const days = random.integer(1, level ?? (random.chance(0.7) ? 30 : 60));
  const year = random.chance(0.4) ? drawYear(random) : undefined;
  const from: CalendarDate = year === undefined ? start : { ...start, year };
  const date: CalendarDate = { ...from };
  const lines = [`${start.month}/${start.day}+${days}`, `${start.day}+${days}=${start.day + days}`];
  date.day += days;
  while (true) {
    const length = monthLength(date.month, date.year);
    if (date.month === 2 && date.day > 28) {
      // Without a year the length of February is not known.
      if (year === undefined) return undefined;
      lines.push(...leapLines(date.year!));
    }
    if (date.day <= length) {
      lines.push(`${date.month}:${length}>=${date.day}`);
      break;
    }
    lines.push(`${date.month}:${length}<${date.day}`, `${date.day}-${length}=${date.day - length}`);
    date.day -= length;
    date.month += 1;
    if (date.month === 13) {
      date.month = 1;
      if (date.year !== undefined) {
        lines.push(`${date.year}+1=${date.year + 1}`);
        date.year += 1;
      }
    }
  }
  lines.push(`${date.month}/${date.day}`);
  const answer = writeDate(date, language);
  return {
    key: `date:${start.month}/${start.day}+${days}`,
    details: { kind: 'date-after', from, days, date },
    lines,
    answer,
    sentence: language === 'zh' ? `是${answer}。` : `It is ${answer}.`,
    slots: { d: writeDate(from, language, random), n: String(days) },
  };
}

function draftWeekday(random: Random, language: Language, level: number | undefined): Draft {
  const from = random.integer(1, 7);
  const days = random.integer(1, level ?? (random.chance(0.6) ? 30 : 100));
  const left = days % 7;
  const sum = from + left;
  const weekday = sum > 7 ? sum - 7 : sum;
  const names = weekdayNames[language];
  const lines = [`${names[from - 1]}=${from}`, `${days}=7*${Math.floor(days / 7)}+${left}`, `${from}+${left}=${sum}`];
  if (sum > 7) lines.push(`${sum}-7=${weekday}`);
  const answer = names[weekday - 1]!;
  lines.push(`${weekday}=${answer}`);
  const asked = language === 'zh' && random.chance(0.25) ? names[from - 1]!.replace('星期', '周') : names[from - 1]!;
  return {
    key: `weekday:${from}+${days}`,
    details: { kind: 'weekday-after', from, days, weekday },
    lines,
    answer,
    sentence: language === 'zh' ? `是${answer}。` : `It is ${answer}.`,
    slots: { w: asked, n: String(days) },
  };
}

function draftBetween(random: Random, language: Language, level: number | undefined): Draft | undefined {
  const start = drawDate(random);
  const end = drawDate(random);
  const ahead = end.month - start.month;
  if (ahead < 0 || ahead > (level ?? 3) || (ahead === 0 && end.day <= start.day)) return undefined;
  const acrossFebruary = start.month <= 2 && end.month > 2;
  const year = acrossFebruary || random.chance(0.3) ? drawYear(random) : undefined;
  const lines = [`${start.month}/${start.day} ${end.month}/${end.day}`];
  let total = 0;
  if (ahead === 0) {
    total = end.day - start.day;
    lines.push(`${end.day}-${start.day}=${total}`);
  } else {
    if (acrossFebruary) lines.push(...leapLines(year!));
    for (let month = start.month; month < end.month; month++) {
      const length = monthLength(month, year);
      const before = total;
      total += month === start.month ? length - start.day : length;
      lines.push(
        month === start.month ? `${month}:${length}-${start.day}=${total}` : `${month}:${before}+${length}=${total}`,
      );
    }
    lines.push(`${end.month}:${total}+${end.day}=${total + end.day}`);
    total += end.day;
  }
  const withYear = (date: CalendarDate) => (year === undefined ? date : { ...date, year });
  const first = writeDate(withYear(start), language, random);
  // The year is said once in Chinese, as people do.
  const second = writeDate(language === 'zh' ? end : withYear(end), language, random);
  return {
    key: `between:${start.month}/${start.day}-${end.month}/${end.day}`,
    details: { kind: 'days-between', days: total },
    lines,
    answer: String(total),
    sentence: language === 'zh' ? `${total}天。` : `${total} ${total === 1 ? 'day' : 'days'}.`,
    slots: { d: first, d2: second },
  };
}

function draftLeap(random: Random, language: Language): Draft {
  const style = random.next();
  const year =
    style < 0.2 ? random.integer(10, 30) * 100 : style < 0.7 ? random.integer(1900, 2100) : random.integer(1000, 3000);
  const leap = isLeap(year);
  const zh = language === 'zh';
  const sentence = zh
    ? leap
      ? `是的，${year}年是闰年。`
      : `不是，${year}年不是闰年。`
    : leap
      ? `Yes, ${year} is a leap year.`
      : `No, ${year} is not a leap year.`;
  return {
    key: `leap:${year}`,
    details: { kind: 'leap-year', year, leap },
    lines: leapLines(year),
    answer: leap ? 'yes' : 'no',
    sentence,
    slots: { y: String(year) },
  };
}

function draft(random: Random, kind: Kind, language: Language, level: number | undefined): Draft | undefined {
  if (kind === 'date-after') return draftDateAfter(random, language, level);
  if (kind === 'weekday-after') return draftWeekday(random, language, level);
  return kind === 'days-between' ? draftBetween(random, language, level) : draftLeap(random, language);
}

const wordings = {
  'date-after': dateAfter,
  'weekday-after': weekdayAfter,
  'days-between': daysBetween,
  'leap-year': leapYear,
};

function generate(random: Random, options: GenerateOptions): Problem {
  const kind = chooseKind(random, 'dates', weights, options.kind);
  const drawn = drawInSplit(options.split, () => draft(random, kind, options.language, options.level));
  return {
    task: 'dates',
    kind,
    language: options.language,
    prompt: phrase(random, wordings[kind], options, drawn.slots),
    solution: writeSolution(drawn.lines, drawn.sentence),
    answer: drawn.answer,
    key: drawn.key,
    details: drawn.details,
  };
}

function sameDate(found: CalendarDate, date: CalendarDate): boolean {
  const yearFits = found.year === undefined || date.year === undefined || found.year === date.year;
  return found.month === date.month && found.day === date.day && yearFits;
}

/** Yes or no as a text says it; undefined where it says both or neither. */
function saysLeap(text: string): boolean | undefined {
  const no = /\bno\b|\bnot\b|n't\b|平年|不是|没有|不算|不闰|否|\bcommon year\b/i.test(text);
  const yes = /\byes\b|(?:is|was|will be) a leap year|(?<!不)是的|(?<!不)是闰年|(?<!没)有的|^是|^有|\b366\b/im.test(
    text,
  );
  return yes === no ? undefined : yes;
}

function verify(problem: Problem, text: string): number {
  const plain = answerText(text);
  if (plain === undefined) return 0;
  const details = problem.details as Details;
  if (details.kind === 'leap-year') return saysLeap(plain) === details.leap ? 1 : 0;
  if (details.kind === 'days-between') return numericAnswer(readDates(plain).rest) === details.days ? 1 : 0;
  if (details.kind === 'weekday-after') {
    let named = readWeekdays(plain);
    if (named.length > 1) named = named.toSpliced(named.indexOf(details.from), named.includes(details.from) ? 1 : 0);
    return named.length > 0 && named.every((weekday) => weekday === details.weekday) ? 1 : 0;
  }
  let { dates } = readDates(plain);
  if (dates.length > 1) dates = dates.filter((found) => !sameDate(found, details.from));
  return dates.length > 0 && dates.every((found) => sameDate(found, details.date)) ? 1 : 0;
}

export const dates: Task = {
  name: 'dates',
  title: { en: 'Dates', zh: '日期' },
  description: {
    en: 'The date or weekday after some days, days between two dates of a year, leap years.',
    zh: '若干天后的日期或星期、同一年两个日期相隔的天数、闰年。',
  },
  examples: {
    en: ['What date is 20 days after March 25?', 'Today is Wednesday. What day will it be in 100 days?'],
    zh: ['3月25日之后20天是几月几日？', '今天是星期三，100天后是星期几？', '1900年是闰年吗？'],
  },
  kinds: Object.keys(weights),
  generate,
  verify,
};
