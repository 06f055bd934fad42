import type { Question } from '../inference/index.ts';
import { type ChatEncoding, type ChatMessage, encodeChat, type Tokenizer } from '../text/index.ts';

/** Part of the context that is kept free for an answer, and most tokens of it. */
const ANSWER_SHARE = 1 / 4;
const MOST_ANSWER_TOKENS = 1024;

/** What a conversation needs of a model. */
export interface ConversingModel {
  readonly engine: { readonly contextLength: number };
  readonly tokenizer: Tokenizer;
  readonly encoding: ChatEncoding | undefined;
}

/**
 * What was said so far, for models that were taught to talk. Thinking is not kept, as DeepSeek's templates leave it out
 * of what came before. Where all does not fit the context any more, the oldest questions go, each with its answer.
 */
export class Conversation {
  readonly #model: ConversingModel;
  #messages: ChatMessage[] = [];

  constructor(model: ConversingModel) {
    this.#model = model;
  }

  /** Questions that were answered and are still known. */
  get length(): number {
    return this.#messages.length / 2;
  }

  /** The conversation with a new question at its end. */
  with(question: string): Question {
    const { contextLength } = this.#model.engine;
    const most = contextLength - Math.min(MOST_ANSWER_TOKENS, Math.floor(contextLength * ANSWER_SHARE));
    const asked: ChatMessage = { role: 'user', content: question };
    while (this.#messages.length > 0 && this.#tokens([...this.#messages, asked]) > most) this.#messages.splice(0, 2);
    return [...this.#messages, asked];
  }

  /** Keeps a question with the answer that was given, unless there was none. */
  add(question: string, answer: string): void {
    if (answer === '') return;
    this.#messages.push({ role: 'user', content: question }, { role: 'assistant', content: answer });
  }

  forget(): void {
    this.#messages = [];
  }

  #tokens(messages: readonly ChatMessage[]): number {
    const { tokenizer, encoding } = this.#model;
    return encodeChat(tokenizer, messages, { addGenerationPrompt: true, encoding }).length;
  }
}
