/** Names of months and weekdays in both languages, lengths of months, and how dates are written and read. */
import type { Random } from '../../platform/random.ts';
import { chineseNumeral } from './answer.ts';
import type { Language } from './task.ts';

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
/** Monday is day 1 of the week and Sunday day 7. */
export const weekdayNames: Record<Language, readonly string[]> = {
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  zh: ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'],
};

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days in a month (1 to 12); without a year February has 28. */
export function monthLength(month: number, year?: number): number {
  if (month === 2) return year !== undefined && isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

export interface CalendarDate {
  month: number;
  day: number;
  year?: number;
}

function ordinal(day: number): string {
  const teen = day >= 11 && day <= 13;
  const ending = teen ? 'th' : day % 10 === 1 ? 'st' : day % 10 === 2 ? 'nd' : day % 10 === 3 ? 'rd' : 'th';
  return `${day}${ending}`;
}

/** A date as people write it; `random` left out gives the plain form of answers. */
export function writeDate(date: CalendarDate, language: Language, random?: Random): string {
  const { month, day, year } = date;
  if (language === 'zh') return `${year === undefined ? '' : `${year}年`}${month}月${day}日`;
  const name = monthNames[month - 1]!;
  const plain = year === undefined ? `${name} ${day}` : `${name} ${day}, ${year}`;
  if (random === undefined || random.chance(0.7)) return plain;
  const tail = year === undefined ? '' : ` ${year}`;
  return random.pick([`${day} ${name}${tail}`, `${name} ${ordinal(day)}${tail && `,${tail}`}`]);
}

const monthPattern = monthNames.map((name) => (name === 'May' ? name : `${name}|${name.slice(0, 3)}\\.?`)).join('|');
const chineseNumber = '[0-9]+|[零〇一二三四五六七八九十]+';
const patterns: readonly { pattern: RegExp; order: readonly ('year' | 'month' | 'day')[] }[] = [
  {
    pattern: new RegExp(
      `\\b(${monthPattern}|sept\\.?)\\s+(?:the\\s+)?(\\d{1,2})(?:st|nd|rd|th)?\\b(?!\\d)(?:,?\\s*(\\d{4}))?`,
      'gi',
    ),
    order: ['month', 'day', 'year'],
  },
  {
    pattern: new RegExp(
      `\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(${monthPattern}|sept\\.?)(?![a-z])(?:,?\\s*(\\d{4}))?`,
      'gi',
    ),
    order: ['day', 'month', 'year'],
  },
  {
    pattern: new RegExp(`(?:(\\d{4})\\s*年\\s*)?(${chineseNumber})\\s*月\\s*(${chineseNumber})\\s*[日号]?`, 'g'),
    order: ['year', 'month', 'day'],
  },
  { pattern: /\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b/g, order: ['year', 'month', 'day'] },
  { pattern: /(?<![\d/.-])(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?(?![\d/])/g, order: ['month', 'day', 'year'] },
];

function monthNumber(text: string): number {
  const byName = monthNames.findIndex((name) => text.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()));
  return byName >= 0 ? byName + 1 : (chineseNumeral(text) ?? Number(text));
}

/** The dates that a text names, in any of the usual forms, and the text without them. */
export function readDates(text: string): { dates: CalendarDate[]; rest: string } {
  const dates: CalendarDate[] = [];
  let rest = text;
  for (const { pattern, order } of patterns) {
    rest = rest.replace(pattern, (...match: (string | undefined)[]) => {
      const part = Object.fromEntries(order.map((name, i) => [name, match[i + 1]]));
      const month = monthNumber(part.month!);
      const day = chineseNumeral(part.day!) ?? Number(part.day);
      if (month >= 1 && month <= 12 && day >= 1 && day <= 31) {
        dates.push(part.year === undefined ? { month, day } : { month, day, year: Number(part.year) });
      }
      return ' ';
    });
  }
  return { dates, rest };
}

const weekdayPattern =
  /\b(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur|urs)?(?:day)?\b|(?:星期|周|礼拜)([一二三四五六日天])/gi;

/** The weekdays that a text names, as 1 (Monday) to 7 (Sunday). */
export function readWeekdays(text: string): number[] {
  return [...text.matchAll(weekdayPattern)].map((match) => {
    if (match[2] !== undefined) return '一二三四五六日'.indexOf(match[2] === '天' ? '日' : match[2]) + 1;
    return ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].indexOf(match[1]!.toLowerCase()) + 1;
  });
}
