import { describe, expect, it } from 'vitest';
import { byteTokenizer, chainConfig } from '../inference/fixtures/chain-model.ts';
import type { AnsweringEngine, GenerationRequest, GenerationResult } from '../inference/index.ts';
import { evaluate, kindsOf, wilsonInterval } from './evaluation.ts';
import { kinds } from './tasks/index.ts';

/** An engine whose answers are given by a function of the prompt's text. */
function engineThat(answer: (prompt: string) => string, seen: string[] = []): AnsweringEngine {
  const result = (request: GenerationRequest): GenerationResult => {
    const prompt = byteTokenizer.decode(Array.from(request.prompt));
    seen.push(prompt);
    const tokens = byteTokenizer.encode(answer(prompt));
    return {
      tokens,
      finish: 'stop',
      usage: { promptTokens: request.prompt.length, cachedTokens: 0, generatedTokens: tokens.length },
    };
  };
  const engine = {
    config: chainConfig,
    check: () => {},
    generate: (request: GenerationRequest) => ({ result: Promise.resolve(result(request)) }),
  };
  return engine as unknown as AnsweringEngine;
}

/** Adds the two numbers of a question. */
function add(prompt: string): number {
  const [a, b] = (prompt.match(/\d+/g) ?? []).map(Number);
  return (a ?? 0) + (b ?? 0);
}

describe('evaluate', () => {
  const addition = { tasks: ['arithmetic/addition'], languages: ['en'], count: 40 } as const;

  it('counts right answers, and only those whose thinking ended', async () => {
    const right = await evaluate(
      engineThat((prompt) => `adding</think>It is ${add(prompt)}.`),
      byteTokenizer,
      addition,
    );
    // Wordings may hold further numbers, so the plain adder need not reach all.
    expect(right.rows).toHaveLength(1);
    expect(right.accuracy).toBeGreaterThan(0.6);
    expect(right.problems).toBe(40);
    expect(right.rows[0]).toMatchObject({ right: right.right, unfinished: 0, meanTokens: expect.any(Number) });
    const open = await evaluate(
      engineThat((prompt) => `It is ${add(prompt)}.`),
      byteTokenizer,
      addition,
    );
    expect(open.rows[0]).toMatchObject({ right: 0, unfinished: 40 });
    expect(open.mistakes[0]).toMatchObject({ answer: '', expected: expect.stringMatching(/^\d+$/) });
  });

  it('asks different questions, the same for a seed, others for another', async () => {
    const asked = async (seed: number) => {
      const seen: string[] = [];
      await evaluate(
        engineThat(() => '</think>', seen),
        byteTokenizer,
        { ...addition, seed },
      );
      return seen;
    };
    const first = await asked(1);
    expect(new Set(first).size).toBe(40);
    expect(await asked(1)).toEqual(first);
    expect((await asked(2)).filter((prompt) => first.includes(prompt)).length).toBeLessThan(5);
  });

  it('gives rows in the order of the tasks, English first', async () => {
    const { rows } = await evaluate(
      engineThat(() => '</think>'),
      byteTokenizer,
      {
        tasks: ['letters', 'arithmetic'],
        count: 2,
      },
    );
    const names = rows.map(({ task, kind, language }) => `${task}/${kind}/${language}`);
    const expected = kindsOf(['arithmetic', 'letters']).flatMap((kind) => [`${kind}/en`, `${kind}/zh`]);
    expect(names).toEqual(expected);
  });
});

it('expands tasks into kinds and names unknown ones', () => {
  expect(kindsOf(kinds)).toEqual(kinds);
  expect(kindsOf(['arithmetic/addition', 'arithmetic/addition'])).toEqual(['arithmetic/addition']);
  expect(() => kindsOf(['arithmetic/cooking'])).toThrow(/no kind 'cooking'; it has addition/);
  expect(() => kindsOf(['toString'])).toThrow(/no task 'toString'/);
});

describe('wilsonInterval', () => {
  it('has the published values', () => {
    // Brown, Cai and DasGupta 2001: 0 of 10 and 5 of 10.
    const rounded = (right: number, count: number) =>
      wilsonInterval(right, count).map((p) => Math.round(1e4 * p) / 1e4);
    expect(rounded(0, 10)).toEqual([0, 0.2775]);
    expect(rounded(5, 10)).toEqual([0.2366, 0.7634]);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});
