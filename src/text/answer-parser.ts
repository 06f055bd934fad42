import { type ThinkingEvent, type ThinkingOptions, ThinkingParser } from './thinking.ts';
import { type ToolCallEvent, type ToolCallFormat, ToolCallParser } from './tool-calls.ts';

/** A piece of a model's text: of its thinking, its answer or its tool calls. */
export type AnswerPart = ThinkingEvent | ToolCallEvent;

export interface AnswerParserOptions extends ThinkingOptions {
  /** How the model writes tool calls. Default: none are looked for. */
  readonly toolCalls?: ToolCallFormat | undefined;
}

/** Parts a model's text into thinking, answer and tool calls while it streams. */
export class AnswerParser {
  readonly #thinking: ThinkingParser;
  readonly #calls: ToolCallParser | undefined;

  constructor(options: AnswerParserOptions = {}) {
    this.#thinking = new ThinkingParser(options);
    this.#calls = options.toolCalls === undefined ? undefined : new ToolCallParser(options.toolCalls);
  }

  /** Whether the thinking has ended, or there was none. */
  get closed(): boolean {
    return this.#thinking.kind === 'answer';
  }

  /** Takes the next piece; gives what is certain by now. */
  push(piece: string): AnswerPart[] {
    return this.#parts(this.#thinking.push(piece));
  }

  /** Gives what was held back, when no more text will come. */
  end(): AnswerPart[] {
    return [...this.#parts(this.#thinking.end()), ...(this.#calls?.end() ?? [])];
  }

  #parts(events: readonly ThinkingEvent[]): AnswerPart[] {
    const calls = this.#calls;
    if (calls === undefined) return [...events];
    return events.flatMap((event): AnswerPart[] => (event.kind === 'thinking' ? [event] : calls.push(event.text)));
  }
}

/** A tool call of a whole answer. */
export interface ParsedCall {
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

export interface ParsedAnswer {
  readonly thinking: string;
  readonly answer: string;
  /** Calls that are complete. */
  readonly calls: readonly ParsedCall[];
  /** Whether the thinking and all calls that began have ended. */
  readonly closed: boolean;
}

/** Parts a whole text as `AnswerParser` does a stream. */
export function parseAnswer(pieces: string | Iterable<string>, options: AnswerParserOptions = {}): ParsedAnswer {
  const parser = new AnswerParser(options);
  const text = { thinking: '', answer: '' };
  const calls: { name: string; arguments: string; complete: boolean }[] = [];
  const take = (parts: readonly AnswerPart[]) => {
    for (const part of parts) {
      if (part.kind === 'call') calls.push({ name: part.name, arguments: '', complete: false });
      else if (part.kind === 'arguments') calls[part.index]!.arguments += part.text;
      else if (part.kind === 'callEnd') calls[part.index]!.complete = true;
      else text[part.kind] += part.text;
    }
  };
  for (const piece of typeof pieces === 'string' ? [pieces] : pieces) take(parser.push(piece));
  take(parser.end());
  return {
    ...text,
    calls: calls.filter((call) => call.complete).map(({ name, arguments: given }) => ({ name, arguments: given })),
    closed: parser.closed && calls.every((call) => call.complete),
  };
}
