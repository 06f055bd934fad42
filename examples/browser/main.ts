import type { FromModel, ToModel } from './model-worker.ts';

const { searchParams } = new URL(location.href);
/** Directory of the model: below what the server has at its root, or an address elsewhere. */
const model = searchParams.get('model') ?? '/nano';
const threads = searchParams.get('threads') ?? undefined;
const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { type: 'module' });
const send = (message: ToModel) => worker.postMessage(message);

const find = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;
const [about, talk, form, input, button, examples] = [
  find('#about'),
  find('#talk'),
  find<HTMLFormElement>('form'),
  find<HTMLInputElement>('input'),
  find<HTMLButtonElement>('form button'),
  find('#examples'),
];

function add(parent: HTMLElement, tag: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** The answer being written, if any. */
let current: { article: HTMLElement; thinking: HTMLElement; answer: HTMLElement } | undefined;

function ask(question: string): void {
  if (current !== undefined) return;
  const article = add(talk, 'article', '');
  add(article, 'p', 'question', question);
  current = { article, thinking: add(article, 'p', 'thinking'), answer: add(article, 'p', 'answer') };
  button.textContent = 'Stop';
  input.value = '';
  send({ kind: 'ask', question });
}

function finish(className: string, text: string): void {
  add(current?.article ?? talk, 'p', className, text);
  current = undefined;
  button.textContent = 'Ask';
  input.focus();
}

function receive(message: FromModel): void {
  switch (message.kind) {
    case 'ready':
      about.textContent = message.about;
      for (const question of message.examples) {
        add(examples, 'button', '', question).addEventListener('click', () => ask(question));
      }
      input.disabled = button.disabled = false;
      input.focus();
      return;
    case 'thinking':
    case 'answer':
      if (current !== undefined) current[message.kind].textContent += message.text;
      form.scrollIntoView({ block: 'nearest' });
      return;
    case 'end': {
      const { generatedTokens, tokensPerSecond } = message.statistics;
      finish('statistics', `${generatedTokens} tokens, ${tokensPerSecond.toFixed(0)} a second`);
      return;
    }
    case 'failed':
      if (input.disabled) about.textContent = 'The model could not be loaded.';
      finish('error', message.reason);
  }
}

worker.addEventListener('message', ({ data }: MessageEvent<FromModel>) => receive(data));
worker.addEventListener('error', ({ message }) => finish('error', message ?? 'the worker could not be loaded'));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (current === undefined) ask(input.value.trim());
});
// While an answer is written, the button stops it, whatever stands in the field.
button.addEventListener('click', (event) => {
  if (current === undefined) return;
  event.preventDefault();
  send({ kind: 'stop' });
});
send({ kind: 'open', model, threads: threads === undefined ? undefined : Number(threads) });
