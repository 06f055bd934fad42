import { DSML } from './encodings/dsml.ts';
import { heldLength } from './stop-strings.ts';

/** How a model writes tool calls. */
export type ToolCallFormat = 'deepseek-v3' | 'deepseek-v3.1' | 'deepseek-v3.2' | 'deepseek-v4';

/** A piece of an answer with tool calls. */
export type ToolCallEvent =
  | { readonly kind: 'answer'; readonly text: string }
  /** A call begins; calls are counted from 0. */
  | { readonly kind: 'call'; readonly index: number; readonly name: string }
  /** A piece of a call's arguments; joined, they are a JSON object if the model wrote one. */
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string }
  /** The call is complete. One that never is was cut off, and its arguments are not to be used. */
  | { readonly kind: 'callEnd'; readonly index: number };

interface Marks {
  /** Opening and closing of the whole block of calls. */
  readonly open: string;
  readonly close: string;
  /** What may stand in the block: the opening of a call, up to the point where its arguments begin. Gives the name. */
  readonly call: RegExp;
  /** What every opening of a call begins with. */
  readonly callStart: string;
  readonly callEnd: string;
  /** Whether arguments stand in a fence of three backticks. */
  readonly fenced?: boolean;
}

function dsmlMarks(block: string): Marks {
  return {
    open: `<${DSML}${block}>`,
    close: `</${DSML}${block}>`,
    call: new RegExp(`^<${DSML}invoke\\s+name="([^"]*)"\\s*>`),
    callStart: `<${DSML}invoke`,
    callEnd: `</${DSML}invoke>`,
  };
}

const plainMarks = { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>' };
const plainCall = { ...plainMarks, callStart: '<｜tool▁call▁begin｜>', callEnd: '<｜tool▁call▁end｜>' };

const MARKS: Readonly<Record<ToolCallFormat, Marks>> = {
  'deepseek-v3': {
    ...plainCall,
    call: /^<｜tool▁call▁begin｜>[^<]*<｜tool▁sep｜>([^\n<]*)\n\s*```(?:json)?[^\S\n]*\n/,
    fenced: true,
  },
  'deepseek-v3.1': { ...plainCall, call: /^<｜tool▁call▁begin｜>([^<]*)<｜tool▁sep｜>/ },
  'deepseek-v3.2': dsmlMarks('function_calls'),
  'deepseek-v4': dsmlMarks('tool_calls'),
};

const PARAMETER = new RegExp(`^<${DSML}parameter\\s+name="([^"]*)"\\s+string="(true|false)"\\s*>`);
const PARAMETER_START = `<${DSML}parameter`;
const PARAMETER_END = `</${DSML}parameter>`;

/** Longest opening that is waited for; what goes on without an end is text. */
const LONGEST_OPENING = 1024;

type Phase = 'text' | 'block' | 'after' | 'arguments' | 'parameters' | 'string' | 'value';

/**
 * Parts the tool calls of an answer from its text while it streams, wherever the pieces are cut. White space before a
 * block of calls and between calls belongs to neither. Anything in a block that is not a call is given as text.
 */
export class ToolCallParser {
  readonly #marks: Marks;
  readonly #dsml: boolean;
  #phase: Phase = 'text';
  #buffer = '';
  #index = -1;
  #parameters = 0;
  /** Whether the last thing in the block was text that has no place there, so that white space after it counts. */
  #strayed = false;

  constructor(format: ToolCallFormat) {
    this.#marks = MARKS[format];
    this.#dsml = format === 'deepseek-v3.2' || format === 'deepseek-v4';
  }

  /** Calls that have begun. */
  get calls(): number {
    return this.#index + 1;
  }

  /** Takes the next piece; gives what is certain by now. */
  push(piece: string): ToolCallEvent[] {
    this.#buffer += piece;
    const events: ToolCallEvent[] = [];
    while (this.#advance(events));
    return events;
  }

  /** Gives what was held back, when no more text will come. */
  end(): ToolCallEvent[] {
    const events: ToolCallEvent[] = [];
    if (this.#phase === 'text') this.#text(events, this.#buffer);
    else if (this.#phase === 'block') this.#text(events, this.#strayed ? this.#buffer.trimEnd() : this.#buffer.trim());
    this.#buffer = '';
    return events;
  }

  /** Does one step; false when more text is needed. */
  #advance(events: ToolCallEvent[]): boolean {
    switch (this.#phase) {
      case 'text':
        return this.#findBlock(events);
      case 'block':
        return this.#inBlock(events);
      case 'after':
        this.#buffer = this.#buffer.trimStart();
        if (this.#buffer === '') return false;
        this.#phase = 'text';
        return true;
      case 'arguments':
        return this.#inArguments(events);
      case 'parameters':
        return this.#inParameters(events);
      case 'string':
        return this.#inString(events);
      case 'value':
        return this.#inValue(events);
    }
  }

  #findBlock(events: ToolCallEvent[]): boolean {
    const { open } = this.#marks;
    const at = this.#buffer.indexOf(open);
    if (at >= 0) {
      this.#text(events, this.#buffer.slice(0, at).trimEnd());
      this.#buffer = this.#buffer.slice(at + open.length);
      this.#phase = 'block';
      return true;
    }
    const held = heldLength(this.#buffer, open);
    const certain = this.#buffer.slice(0, this.#buffer.length - held).trimEnd();
    this.#text(events, certain);
    this.#buffer = this.#buffer.slice(certain.length);
    return false;
  }

  #inBlock(events: ToolCallEvent[]): boolean {
    const { close, call, callStart } = this.#marks;
    const rest = this.#buffer.trimStart();
    const name = call.exec(rest);
    if (name !== null) {
      this.#skip(rest, name[0].length);
      this.#index++;
      this.#parameters = 0;
      events.push({ kind: 'call', index: this.#index, name: name[1]!.trim() });
      this.#phase = this.#dsml ? 'parameters' : 'arguments';
      return true;
    }
    if (rest.startsWith(close)) {
      this.#skip(rest, close.length);
      this.#phase = 'after';
      return true;
    }
    if (mayBecome(rest, callStart) || close.startsWith(rest)) return false;
    return this.#strayText(events);
  }

  #inArguments(events: ToolCallEvent[]): boolean {
    const { callEnd, fenced = false } = this.#marks;
    const at = this.#buffer.indexOf(callEnd);
    if (at >= 0) {
      this.#arguments(events, withoutTail(this.#buffer.slice(0, at), fenced));
      this.#buffer = this.#buffer.slice(at + callEnd.length);
      this.#endCall(events);
      return true;
    }
    const held = heldLength(this.#buffer, callEnd);
    const certain = withoutTail(this.#buffer.slice(0, this.#buffer.length - held), fenced);
    this.#arguments(events, certain);
    this.#buffer = this.#buffer.slice(certain.length);
    return false;
  }

  #inParameters(events: ToolCallEvent[]): boolean {
    const { callEnd } = this.#marks;
    const rest = this.#buffer.trimStart();
    const opening = PARAMETER.exec(rest);
    if (opening !== null) {
      this.#skip(rest, opening[0].length);
      const isString = opening[2] === 'true';
      const before = this.#parameters++ === 0 ? '{' : ', ';
      this.#arguments(events, `${before}${JSON.stringify(opening[1])}: ${isString ? '"' : ''}`);
      this.#phase = isString ? 'string' : 'value';
      return true;
    }
    if (rest.startsWith(callEnd)) {
      this.#skip(rest, callEnd.length);
      this.#arguments(events, this.#parameters === 0 ? '{}' : '}');
      this.#endCall(events);
      return true;
    }
    if (mayBecome(rest, PARAMETER_START) || callEnd.startsWith(rest)) return false;
    return this.#strayText(events);
  }

  #inString(events: ToolCallEvent[]): boolean {
    const at = this.#buffer.indexOf(PARAMETER_END);
    const certain = at >= 0 ? at : this.#buffer.length - heldLength(this.#buffer, PARAMETER_END);
    this.#arguments(events, JSON.stringify(this.#buffer.slice(0, certain)).slice(1, -1));
    this.#buffer = this.#buffer.slice(certain);
    if (at < 0) return false;
    this.#buffer = this.#buffer.slice(PARAMETER_END.length);
    this.#arguments(events, '"');
    this.#phase = 'parameters';
    return true;
  }

  #inValue(events: ToolCallEvent[]): boolean {
    const at = this.#buffer.indexOf(PARAMETER_END);
    if (at < 0) return false;
    const value = this.#buffer.slice(0, at).trim();
    // A value that is no JSON is taken as the string it looks like, or the arguments as a whole would be none.
    this.#arguments(events, isJson(value) ? value : JSON.stringify(value));
    this.#buffer = this.#buffer.slice(at + PARAMETER_END.length);
    this.#phase = 'parameters';
    return true;
  }

  #endCall(events: ToolCallEvent[]): void {
    events.push({ kind: 'callEnd', index: this.#index });
    this.#phase = 'block';
  }

  /** Goes past a mark at the beginning of `rest`, the buffer without its white space. */
  #skip(rest: string, length: number): void {
    this.#buffer = rest.slice(length);
    this.#strayed = false;
  }

  /** Gives text that has no place in a block, up to where the next mark may begin, but for white space at its end. */
  #strayText(events: ToolCallEvent[]): boolean {
    const start = this.#buffer.length - this.#buffer.trimStart().length;
    const next = this.#buffer.indexOf('<', start + 1);
    const text = this.#buffer.slice(0, next < 0 ? this.#buffer.length : next).trimEnd();
    this.#text(events, text.slice(this.#strayed ? 0 : start));
    this.#buffer = this.#buffer.slice(text.length);
    this.#strayed = true;
    return this.#buffer.trimStart() !== '';
  }

  #text(events: ToolCallEvent[], text: string): void {
    if (text !== '') events.push({ kind: 'answer', text });
  }

  #arguments(events: ToolCallEvent[], text: string): void {
    if (text !== '') events.push({ kind: 'arguments', index: this.#index, text });
  }
}

/** Arguments without what may belong to the end of their call: white space and the fence. */
function withoutTail(text: string, fenced: boolean): string {
  const end = text.trimEnd();
  return fenced ? end.replace(/`{1,3}$/, '').trimEnd() : end;
}

/** Whether a text may yet become an opening that begins with `start`. */
function mayBecome(text: string, start: string): boolean {
  if (text.length <= start.length) return start.startsWith(text);
  return text.startsWith(start) && text.length < LONGEST_OPENING;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
