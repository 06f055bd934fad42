import type { AnswerTimes } from './answer-times.ts';

const worker = new Worker('/bench/web/ours-worker.ts', { type: 'module' });

function call(message: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ('error' in data ? reject(new Error(data.error)) : resolve(data.result));
    worker.onerror = ({ message: text }) => reject(new Error(`the worker failed: ${text}`));
    worker.postMessage(message);
  });
}

window.measuring = {
  open: (options) => call({ open: options }) as Promise<string>,
  answer: (prompt, tokens) => call({ answer: [prompt, tokens] }) as Promise<AnswerTimes>,
};
