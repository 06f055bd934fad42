import type { InspectReport } from '../src/cli/inspect.ts';
import type { Answer } from '../src/inference/index.ts';
import {
  type Evaluation,
  type EvaluationRow,
  type LayerLoadCount,
  type ModelDescription,
  type Recipe,
  wilsonInterval,
} from '../src/training/index.ts';
import { mixture } from '../src/training/tasks/index.ts';

/** The processor a run was made on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
}

/** Everything a card says that is a number, as it was read or measured. */
export interface CardFacts {
  readonly description: ModelDescription;
  readonly inspect: InspectReport;
  readonly recipe: Recipe;
  readonly run: {
    readonly step: number;
    readonly tokens: number;
    readonly seconds: number;
    /** How the run went, where that is not told by the recipe; from `run.json`. */
    readonly notes?: readonly string[];
    readonly machine?: Machine;
  };
  readonly lastValidationLoss: number | undefined;
  /** Wordings that training never shows, and those it shows. */
  readonly heldOut: Evaluation;
  readonly seen: Evaluation;
  readonly load: { readonly tokens: number; readonly layers: readonly LayerLoadCount[] };
  readonly conversation: readonly Answer[];
  /** Paths of pictures from the card, by name. */
  readonly pictures: readonly string[];
}

const whole = (count: number) => count.toLocaleString('en');
const million = (count: number) => `${(count / 1e6).toPrecision(3)} million`;
const percent = (share: number) => (100 * share).toFixed(1);

/** A model card as the Hugging Face hub reads it: YAML, then Markdown. */
export function modelCard(facts: CardFacts): string {
  const { description, recipe } = facts;
  return [
    frontMatter(description.name),
    `# ${description.name}`,
    description.description.en,
    description.description.zh,
    architecture(facts),
    usage(facts),
    abilities(facts),
    accuracy(facts),
    training(facts),
    balance(facts),
    `## Licence\nMIT, weights and code. The recipe is in \`recipe.json\`; with the same version of the code, equal recipes give equal weights (\`npm run train:${recipe.name}\`).`,
  ]
    .join('\n\n')
    .concat('\n');
}

function frontMatter(name: string): string {
  const tags = ['deepseek_v3', 'mixture-of-experts', 'multi-head-latent-attention', 'reasoning', 'from-scratch'];
  return [
    '---',
    'license: mit',
    'language:\n- en\n- zh',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    `model_name: ${name}`,
    `tags:\n${tags.map((tag) => `- ${tag}`).join('\n')}`,
    '---',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[], align = ''): string {
  const rule = head.map((_, at) => (align[at] === 'r' ? '---:' : '---'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function architecture({ inspect }: CardFacts): string {
  const { layers, attention, experts, parameters, weights, cacheBytesPerToken: cache } = inspect;
  if (attention.kind !== 'latent' || !('latent' in cache))
    throw new Error('the card is of a model with latent attention');
  const rows = [
    ['architecture', `${inspect.modelType} (\`DeepseekV3ForCausalLM\`)`],
    ['parameters', `${whole(parameters.total)} (${million(parameters.total)})`],
    ['active per token', `${whole(parameters.active)} (${percent(parameters.active / parameters.total)} %)`],
    ['layers', `${layers.total}: ${layers.dense} dense, ${layers.experts} with experts`],
    ['hidden size', whole(inspect.hidden)],
    [
      'attention',
      `multi-head latent: ${attention.heads} heads; latent of ${attention.keyValueLoraRank}, rotary key of ${attention.qkRopeHeadDim}` +
        (attention.queryLoraRank === null ? '' : `, queries compressed to ${attention.queryLoraRank}`),
    ],
    ...(experts === null
      ? []
      : [
          [
            'experts per layer',
            `${experts.routed} routed, of which ${experts.perToken} a token, and ${experts.shared} shared; ${experts.scoring} scores, ${experts.selection}`,
          ],
        ]),
    ...(inspect.predictionModules === 0
      ? []
      : [
          [
            'multi-token prediction',
            `${inspect.predictionModules} module with ${whole(parameters.predictionTotal)} more parameters, used in training`,
          ],
        ]),
    ['vocabulary', `${whole(inspect.vocabulary)}, byte-level BPE trained by this repository; digits one by one`],
    ['context', `${whole(inspect.maxPositions)} tokens`],
    ['cache per token', `${whole(cache.latent)} bytes, against ${whole(cache.multiHead)} with multi-head attention`],
    ['file', `${(weights.bytes / 1e6).toFixed(1)} MB, ${Object.keys(weights.types).join(' and ')}`],
  ];
  return `## What it is\n${table(['', ''], rows)}`;
}

/** Most lines of a thinking that the card shows. */
const SHOWN_LINES = 30;

function usage({ conversation }: CardFacts): string {
  const quoted = conversation.map(({ question, thinking, answer, closed }) => {
    const lines = thinking.trim().split('\n');
    const shown = lines.length > SHOWN_LINES ? [...lines.slice(0, SHOWN_LINES), '…'] : lines;
    const rest = closed ? ['</think>', answer.trim()] : ['(its thinking came to no end)'];
    return `> ${question as string}\n\n\`\`\`text\n${['<think>', ...shown, ...rest].join('\n')}\n\`\`\``;
  });
  return [
    '## Talking to it',
    '`npm start` in this repository, or `jingqi ask "What is 4821 + 3977?"`. It loads in Hugging Face transformers without ' +
      'remote code (`AutoModelForCausalLM`, `AutoTokenizer`, `apply_chat_template`). The answers below are its own, ' +
      'greedy, to the first example of each of its first tasks; they were not chosen:',
    ...quoted,
  ].join('\n\n');
}

function abilities({ description, recipe, inspect }: CardFacts): string {
  const rows = description.tasks.map(({ title, description: about, examples }) => [
    title.en,
    about.en,
    `${examples.en[0]} / ${examples.zh[0]}`,
  ]);
  return [
    '## What it can and cannot do',
    'It was taught these kinds of questions, in English and Chinese, in many wordings:',
    table(['task', 'what', 'example'], rows),
    [
      'What it cannot do:',
      '- Anything else. It has read no text but such problems: it knows no facts, holds no conversation, writes no prose. ' +
        'What it says to any other question means nothing.',
      '- Larger problems than it was taught: more digits, longer words, more numbers.',
      `- Long thinking: problems of training have at most ${recipe.batch.longest} tokens with their solution, and ${whole(inspect.maxPositions)} is the limit of its positions.`,
      '- Several turns: every training example is one question with its answer.',
      '- Being relied upon: it is a small model that shows how DeepSeek’s architecture is trained. It does not tell when it is wrong.',
    ].join('\n'),
  ].join('\n\n');
}

const score = ({ right, problems, interval: [low, high] }: Pick<EvaluationRow, 'right' | 'problems' | 'interval'>) =>
  `${percent(right / Math.max(1, problems))} (${percent(low)}–${percent(high)})`;

function accuracy({ heldOut, seen }: CardFacts): string {
  const kinds = [...new Set(heldOut.rows.map(({ task, kind }) => `${task}/${kind}`))];
  const cell = ({ rows }: Evaluation, name: string, language: EvaluationRow['language']) => {
    const row = rows.find(({ task, kind, language: its }) => `${task}/${kind}` === name && its === language);
    return row === undefined ? 'not measured' : score(row);
  };
  const rows = kinds.map((name) => [
    name.replace('/', ': '),
    ...(['en', 'zh'] as const).flatMap((language) => [cell(heldOut, name, language), cell(seen, name, language)]),
  ]);
  const overall = ({ rows: all }: Evaluation, language: EvaluationRow['language']) => {
    const mine = all.filter((row) => row.language === language);
    const sum = (field: 'right' | 'problems') => mine.reduce((total, row) => total + row[field], 0);
    const [right, problems] = [sum('right'), sum('problems')];
    return score({ right, problems, interval: wilsonInterval(right, problems) });
  };
  rows.push([
    '**all, each kind alike**',
    ...(['en', 'zh'] as const).flatMap((language) => [overall(heldOut, language), overall(seen, language)]),
  ]);
  const counts = heldOut.rows.map(({ problems }) => problems);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  const mistakes = heldOut.mistakes.slice(0, 3).map(({ prompt, expected, answer }) => {
    const said =
      answer.trim() === '' ? 'nothing: its thinking came to no end' : `“${answer.trim().replace(/\n/g, ' ')}”`;
    return `- “${prompt}” It said ${said}; right is ${expected}.`;
  });
  return [
    '## Accuracy',
    'Right answers in per cent, with 95 % intervals (Wilson), decoded greedily. All problems are of the test split: none of ' +
      'them occurs in training in any wording or language. New wordings are kept from training, known wordings are not. ' +
      `${fewest === most ? whole(most) : `${whole(fewest)} to ${whole(most)}`} problems in each cell.`,
    table(['', 'English, new wordings', 'known wordings', 'Chinese, new wordings', 'known wordings'], rows, 'lrrrr'),
    ...(mistakes.length === 0 ? [] : [`Some of its mistakes:\n${mistakes.join('\n')}`]),
    `Measured by \`jingqi eval --n N --wordings held-out|train --json FILE\` with seed ${heldOut.seed}; the figures are in \`evaluation/\`.`,
  ].join('\n\n');
}

/** Shares of the tasks in per cent. */
function mixtureOf({ weights = mixture, lateWeights }: Recipe['batch']): string {
  const shares = (of: Readonly<Record<string, number>>) => {
    const sum = Object.values(of).reduce((total, weight) => total + weight, 0);
    return Object.entries(of)
      .map(([name, weight]) => `${name} ${Math.round((100 * weight) / sum)} %`)
      .join(', ');
  };
  return shares(weights) + (lateWeights === undefined ? '' : `; in the decay phase ${shares(lateWeights)}`);
}

function training({ recipe, run, lastValidationLoss, pictures }: CardFacts): string {
  const { schedule, optimizer, rates, batch } = recipe;
  const hours = run.seconds / 3600;
  const time = hours >= 1 ? `${hours.toFixed(1)} hours` : `${(run.seconds / 60).toFixed(1)} minutes`;
  const { machine } = run;
  const rows = [
    ['data', 'problems of the training split, generated as it goes; each is seen once unless drawn again by chance'],
    ['mixture of tasks', mixtureOf(batch)],
    ['steps', run.step === schedule.steps ? whole(run.step) : `${whole(run.step)} of ${whole(schedule.steps)}`],
    ['tokens', `${whole(run.tokens)}, ${whole(batch.rows)} rows a step`],
    [
      'optimiser',
      optimizer.kind === 'muon'
        ? `Muon for hidden matrices, AdamW for the rest; peak rates ${rates.muon} and ${rates.adamw}`
        : `AdamW, peak rate ${rates.adamw}`,
    ],
    [
      'schedule',
      `${whole(schedule.warmupSteps)} steps of warm-up, constant, ${schedule.decay} decay over the last ${percent(schedule.decayShare)} %`,
    ],
    [
      'balancing',
      `router bias follows the load at speed ${recipe.biasSpeed}, sequence-wise balance loss with α = ${recipe.balanceAlpha}`,
    ],
    ['multi-token prediction', `weight ${recipe.predictionWeight}, in the decay phase ${recipe.latePredictionWeight}`],
    ...(lastValidationLoss === undefined
      ? []
      : [['validation loss', `${lastValidationLoss.toFixed(4)} nats per token`]]),
    [
      'time',
      `${time} of training steps, checkpoints and validation (${Math.round(run.tokens / run.seconds)} tokens/s)`,
    ],
    [
      'machine',
      machine === undefined
        ? 'not recorded'
        : `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB of memory, Node ${machine.node}; no GPU`,
    ],
    ['command', `\`npm run train:${recipe.name}\``],
  ];
  const images = pictures.map((path) => `![${path.replace(/^.*\/|\.svg$/g, '').replace('-', ' ')}](${path})`);
  return [
    `## Training\n${table(['', ''], rows)}`,
    ...images,
    'Checkpoints hold the optimiser’s state; with the same version of the code, a run that is killed and resumed ends with the same bytes, whatever the number of workers. The log is `training-log.jsonl`.',
    ...(run.notes ?? []),
  ].join('\n\n');
}

function balance({ load, inspect }: CardFacts): string {
  if (load.layers.length === 0) return '## Experts\nThe model has none.';
  const rows = load.layers.map(({ layer, slots, maxOverMean, minOverMean }) => [
    layer < inspect.layers.total ? `layer ${layer}` : 'prediction module',
    `${maxOverMean.toFixed(2)}`,
    `${minOverMean.toFixed(2)}`,
    String(slots.filter((count) => count === 0).length),
  ]);
  return [
    '## Expert balance',
    `Load over the mean of the layer, over ${whole(load.tokens)} tokens of test problems with new wordings and their solutions:`,
    table(['', 'busiest expert', 'least used expert', 'experts never used'], rows, 'lrrr'),
  ].join('\n\n');
}
