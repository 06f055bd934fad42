import type { coloursFor } from './answer-printer.ts';
import type { ModelDescription } from './model-description.ts';
import type { DescribedModel } from './open-model.ts';

/** Examples offered at the start. */
const OFFERED = 6;

const WORDS = {
  en: {
    taught: (titles: readonly string[]) => `It was taught: ${titles.join(', ')}.`,
    remembers: 'It remembers the conversation; /new begins another.',
    offer: 'Type a question, or the number of one of these:',
    ask: 'Type a question.',
    keys: 'Ctrl-C stops an answer, Ctrl-D leaves.',
    size: (total: string, active: string) => `${total} parameters, ${active} active for a token`,
  },
  zh: {
    taught: (titles: readonly string[]) => `它学过：${titles.join('、')}。`,
    remembers: '它会记住对话内容；输入 /new 开始新的对话。',
    offer: '请输入问题，或输入下列问题的编号：',
    ask: '请输入问题。',
    keys: '按 Ctrl-C 停止回答，按 Ctrl-D 退出。',
    size: (total: string, active: string) => `参数 ${total}，每个词元激活 ${active}`,
  },
};

/** What a session opens with: which model this is, what it was taught, and a few questions to pick from. */
export function welcome(
  model: Pick<DescribedModel, 'description' | 'parameters'>,
  language: 'en' | 'zh',
  { bold, dim, cyan }: ReturnType<typeof coloursFor>,
  columns?: number,
): { readonly text: string; readonly examples: readonly string[] } {
  const { description, parameters } = model;
  const words = WORDS[language];
  // Some terminals do not know their width, and say 0.
  const width = columns || 80;
  const examples = pickExamples(description, language);
  const size = words.size(shortCount(parameters.total), shortCount(parameters.active));
  const titles = description.tasks.map(({ title }) => title[language]);
  const lines = [
    bold(`Jingqi 鯨起 · ${description.name}`),
    ...wrap(description.text[language] ?? size, width),
    '',
    ...wrap(titles.length === 0 ? words.remembers : words.taught(titles), width),
  ];
  lines.push('', examples.length > 0 ? words.offer : words.ask);
  for (const [index, example] of examples.entries()) lines.push(`  ${cyan(String(index + 1))}  ${example}`);
  lines.push(dim(words.keys), '', '');
  return { text: lines.join('\n'), examples };
}

/** Lines of whole words; texts without spaces are left to the terminal. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** One example of each task before a second of any; the last one in the other language, to show that it is known. */
function pickExamples({ tasks }: ModelDescription, language: 'en' | 'zh'): string[] {
  const other = language === 'en' ? 'zh' : 'en';
  const inTurn = (which: 'en' | 'zh') => {
    const longest = Math.max(0, ...tasks.map(({ examples }) => examples[which].length));
    return Array.from({ length: longest }, (_, round) => tasks.map(({ examples }) => examples[which][round])).flat();
  };
  const present = (examples: readonly (string | undefined)[]) => [
    ...new Set(examples.filter((example) => example !== undefined)),
  ];
  const own = present(inTurn(language));
  const foreign = present(inTurn(other)).filter((example) => !own.includes(example));
  const last = foreign.slice(-1);
  return [...own.slice(0, OFFERED - last.length), ...last];
}

/** 7654321 as `7.7 million`, in digits of any language: `7.7 M`. */
function shortCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} B`;
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} M`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(0)} k` : String(count);
}
