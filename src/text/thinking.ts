import { THINK_CLOSE, THINK_OPEN } from './special-tokens.ts';

/** A piece of a model's text, and which part of it that is. */
export interface ThinkingEvent {
  readonly kind: 'thinking' | 'answer';
  readonly text: string;
}

export interface ThinkingOptions {
  /** True where the prompt already opened the thinking, so that the text begins inside it. Default false. */
  startsInThinking?: boolean;
}

type Phase =
  /** Nothing but white space has come; an opening mark may follow. */
  | 'start'
  /** Thinking is open and has no text yet. */
  | 'opening'
  | 'thinking'
  /** Thinking has ended and the answer has no text yet. */
  | 'closing'
  | 'answer';

/**
 * Parts the thinking of a model's text from its answer while it streams, wherever the pieces are cut. The marks are
 * not part of either, nor are the line ends inside and after them. An opening mark counts only before the answer has
 * begun; thinking that is never closed stays thinking.
 */
export class ThinkingParser {
  private phase: Phase;
  private buffer = '';

  constructor(options: ThinkingOptions = {}) {
    this.phase = options.startsInThinking ? 'opening' : 'start';
  }

  /** Part that the next text would belong to. After the end, `thinking` means that the thinking was never closed. */
  get kind(): ThinkingEvent['kind'] {
    return this.phase === 'opening' || this.phase === 'thinking' ? 'thinking' : 'answer';
  }

  /** Takes the next piece; gives what is certain by now, at most one event of each kind in a row. */
  push(piece: string): ThinkingEvent[] {
    this.buffer += piece;
    const events: ThinkingEvent[] = [];
    while (this.advance(events));
    return events;
  }

  /** Gives what was held back, when no more text will come. */
  end(): ThinkingEvent[] {
    const text = this.kind === 'thinking' ? withoutLastLineEnds(this.buffer) : withoutFirstLineEnds(this.buffer);
    const events: ThinkingEvent[] = text === '' ? [] : [{ kind: this.kind, text }];
    this.buffer = '';
    return events;
  }

  /** Does one step; false when more text is needed. */
  private advance(events: ThinkingEvent[]): boolean {
    switch (this.phase) {
      case 'start':
        return this.findOpening('answer', this.buffer.trimStart());
      case 'opening':
        // Some models repeat the mark that the prompt has already written; it is left out again.
        this.buffer = withoutFirstLineEnds(this.buffer);
        return this.findOpening('thinking', this.buffer);
      case 'thinking':
        return this.findClosing(events);
      case 'closing':
        this.buffer = withoutFirstLineEnds(this.buffer);
        if (this.buffer === '') return false;
        this.phase = 'answer';
        return true;
      case 'answer':
        this.emit(events, this.buffer);
        this.buffer = '';
        return false;
    }
  }

  private findOpening(otherwise: 'thinking' | 'answer', text: string): boolean {
    if (text.startsWith(THINK_OPEN)) {
      this.buffer = text.slice(THINK_OPEN.length);
      this.phase = 'opening';
      return true;
    }
    if (THINK_OPEN.startsWith(text)) return false;
    this.buffer = withoutFirstLineEnds(this.buffer);
    this.phase = otherwise;
    return true;
  }

  private findClosing(events: ThinkingEvent[]): boolean {
    const at = this.buffer.indexOf(THINK_CLOSE);
    if (at >= 0) {
      this.emit(events, withoutLastLineEnds(this.buffer.slice(0, at)));
      this.buffer = this.buffer.slice(at + THINK_CLOSE.length);
      this.phase = 'closing';
      return true;
    }
    const certain = withoutLastLineEnds(this.buffer.slice(0, this.buffer.length - heldMarkLength(this.buffer)));
    this.emit(events, certain);
    this.buffer = this.buffer.slice(certain.length);
    return false;
  }

  private emit(events: ThinkingEvent[], text: string): void {
    if (text !== '') events.push({ kind: this.kind, text });
  }
}

/** Length of the longest end of the text that may be the beginning of a closing mark. */
function heldMarkLength(text: string): number {
  for (let length = Math.min(THINK_CLOSE.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(THINK_CLOSE.slice(0, length))) return length;
  }
  return 0;
}

function withoutFirstLineEnds(text: string): string {
  return text.replace(/^[\r\n]+/, '');
}

function withoutLastLineEnds(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

/** A whole text parted into thinking and answer. */
export interface SplitText {
  thinking: string;
  answer: string;
  /** False where the thinking was opened and never closed; the answer is then empty. */
  closed: boolean;
}

/** Parts a whole text as `ThinkingParser` does a stream. */
export function splitThinking(text: string, options: ThinkingOptions = {}): SplitText {
  const parser = new ThinkingParser(options);
  const parts = { thinking: '', answer: '' };
  for (const event of [...parser.push(text), ...parser.end()]) parts[event.kind] += event.text;
  return { ...parts, closed: parser.kind === 'answer' };
}
