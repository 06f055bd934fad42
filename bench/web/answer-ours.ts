import { type OpenModel, openModel } from '../../src/inference/index.ts';
import type { AnswerTimes } from './answer-times.ts';

/** Times an answer of `tokens` + 1 tokens as someone sees it who reads each token as it comes. */
export async function answerOurs(
  { engine, tokenizer }: OpenModel,
  prompt: string,
  tokens: number,
): Promise<AnswerTimes> {
  const ids = tokenizer.encode(prompt);
  engine.forgetPrefixes();
  const start = performance.now();
  let first = start;
  let seen = 0;
  for await (const _ of engine.generate({ prompt: ids, maximumTokens: tokens + 1, temperature: 0, endTokens: [] })) {
    if (++seen === 1) first = performance.now();
  }
  const milliseconds = performance.now() - first;
  if (seen !== tokens + 1) throw new Error(`${seen} tokens came instead of ${tokens + 1}`);
  return { promptTokens: ids.length, promptMilliseconds: first - start, tokens, milliseconds };
}

export { openModel };
