import { describe, expect, it } from 'vitest';
import { type CardFacts, modelCard } from '../scripts/model-card-text.ts';
import { type Evaluation, type EvaluationRow, recipes, wilsonInterval } from '../src/training/index.ts';

const row = (task: string, kind: string, language: 'en' | 'zh', right: number, problems = 200): EvaluationRow => ({
  task,
  kind,
  language,
  problems,
  right,
  accuracy: right / problems,
  interval: wilsonInterval(right, problems),
  unfinished: 0,
  meanTokens: 50,
});

function evaluation(wordings: 'held-out' | 'train', rows: EvaluationRow[]): Evaluation {
  const [right, problems] = [
    rows.reduce((sum, { right }) => sum + right, 0),
    rows.reduce((sum, r) => sum + r.problems, 0),
  ];
  const share = { problems, right, accuracy: right / problems, interval: wilsonInterval(right, problems) };
  const mistakes = [{ prompt: '1 + 1?', expected: '2', thinking: '', answer: '3\n' }];
  return { split: 'test', wordings, seed: 1, rows, ...share, mistakes };
}

const FACTS: CardFacts = {
  description: {
    name: 'jingqi-tiny',
    description: { en: 'A model.', zh: '一个模型。' },
    tasks: [
      {
        name: 'arithmetic',
        title: { en: 'Arithmetic', zh: '算术' },
        description: { en: 'Sums.', zh: '加法。' },
        examples: { en: ['1 + 1?'], zh: ['一加一？'] },
      },
    ],
  },
  inspect: {
    directory: 'models/tiny',
    modelType: 'deepseek_v3',
    vocabulary: 512,
    hidden: 32,
    maxPositions: 512,
    layers: { total: 2, dense: 1, experts: 1 },
    predictionModules: 1,
    attention: {
      kind: 'latent',
      heads: 2,
      queryLoraRank: 16,
      keyValueLoraRank: 16,
      qkNopeHeadDim: 8,
      qkRopeHeadDim: 8,
      vHeadDim: 8,
    },
    experts: {
      routed: 4,
      perToken: 2,
      shared: 1,
      groups: 1,
      groupsPerToken: 1,
      scoring: 'sigmoid',
      selection: 'noaux_tc',
    },
    parameters: { total: 1_234_567, active: 617_283, predictionTotal: 1000, predictionActive: 500 },
    weights: { bytes: 2_500_000, types: { BF16: 2_499_000, F32: 1000 }, memoryBytes: 4_938_268 },
    cacheBytesPerToken: { format: 'f32', latent: 192, multiHead: 384 },
  },
  recipe: recipes.tiny!,
  run: { step: 60, tokens: 30_000, seconds: 5400, machine: { processor: 'P', cores: 2, memoryGiB: 8, node: '26.0.0' } },
  lastValidationLoss: 0.12345,
  heldOut: evaluation('held-out', [
    row('arithmetic', 'addition', 'en', 199),
    row('arithmetic', 'addition', 'zh', 150, 180),
  ]),
  seen: evaluation('train', [row('arithmetic', 'addition', 'en', 200)]),
  load: {
    tokens: 1000,
    layers: [
      { layer: 1, slots: [500, 500, 600, 400], maxOverMean: 1.2, minOverMean: 0.8 },
      { layer: 2, slots: [1000, 1000, 0, 0], maxOverMean: 2, minOverMean: 0 },
    ],
  },
  conversation: [
    { question: '1 + 1?', thinking: '1+1=2\n', answer: '\nThe answer is 2.', closed: true, tokens: 9, finish: 'stop' },
    { question: '一加一？', thinking: '1\n'.repeat(100), answer: '', closed: false, tokens: 99, finish: 'length' },
  ],
  pictures: ['plots/loss.svg'],
};

describe('the model card', () => {
  const card = modelCard(FACTS);

  it('begins with what the Hugging Face hub reads', () => {
    expect(card).toMatch(/^---\nlicense: mit\nlanguage:\n- en\n- zh\n(.*\n)*---\n\n# jingqi-tiny\n/);
  });

  it('tells accuracy by kind and language with its interval, and what was not measured', () => {
    const [low, high] = wilsonInterval(199, 200).map((share) => (100 * share).toFixed(1));
    expect(card).toContain(`| arithmetic: addition | 99.5 (${low}–${high}) | 100.0 (`);
    expect(card).toMatch(/\| arithmetic: addition .* \| 83\.3 \([\d.]+–[\d.]+\) \| not measured \|/);
    expect(card).toContain('180 to 200 problems in each cell');
    expect(card).toContain('“1 + 1?” It said “3”; right is 2.');
  });

  it('tells shape, training and balance', () => {
    expect(card).toContain('1,234,567 (1.23 million)');
    expect(card).toContain('617,283 (50.0 %)');
    expect(card).toContain('1.5 hours');
    expect(card).toContain('| mixture of tasks | arithmetic 36 %, ');
    expect(card).toContain('P, 2 cores, 8 GiB of memory, Node 26.0.0');
    expect(card).toContain('0.1235 nats');
    expect(card).toContain('![loss](plots/loss.svg)');
    expect(card).toContain('| layer 1 | 1.20 | 0.80 | 0 |');
    expect(card).toContain('| prediction module | 2.00 | 0.00 | 2 |');
    expect(card).not.toMatch(/undefined|NaN|\[object/);
  });

  it('says where a run was not finished and the machine is not known', () => {
    const { machine: _, ...run } = { ...FACTS.run, step: 30 };
    const unfinished = modelCard({ ...FACTS, run });
    expect(unfinished).toContain('| steps | 30 of 60 |');
    expect(unfinished).toContain('| machine | not recorded |');
  });

  it('shows conversations as they went, endless thinking cut short', () => {
    expect(card).toContain('> 1 + 1?\n\n```text\n<think>\n1+1=2\n</think>\nThe answer is 2.\n```');
    expect(card).toContain('1\n…\n(its thinking came to no end)\n```');
    expect(card.match(/^1$/gm)).toHaveLength(30);
  });
});
