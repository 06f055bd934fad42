/** A token that stands for itself and is never split or merged. */
export interface SpecialToken {
  readonly content: string;
  /**
   * True for tokens that decoding may hide (turn marks, padding). The thinking marks are false, as in DeepSeek-R1,
   * because a reader that hides special tokens still has to see where the thinking ends.
   */
  readonly special: boolean;
}

export const BEGIN_OF_SENTENCE = '<｜begin▁of▁sentence｜>';
export const END_OF_SENTENCE = '<｜end▁of▁sentence｜>';
export const PADDING = '<｜▁pad▁｜>';
export const USER = '<｜User｜>';
export const ASSISTANT = '<｜Assistant｜>';
export const THINK_OPEN = '<think>';
export const THINK_CLOSE = '</think>';

const RESERVED_TOKENS = 9;

/**
 * The special tokens of a model trained here, in the order of their ids (0, 1, 2, ...): DeepSeek's names, then
 * reserved places so that a later need (tool calls, a system turn) does not move the ids of the vocabulary.
 */
export const DEFAULT_SPECIAL_TOKENS: readonly SpecialToken[] = [
  { content: BEGIN_OF_SENTENCE, special: true },
  { content: END_OF_SENTENCE, special: true },
  { content: PADDING, special: true },
  { content: USER, special: true },
  { content: ASSISTANT, special: true },
  { content: THINK_OPEN, special: false },
  { content: THINK_CLOSE, special: false },
  ...Array.from({ length: RESERVED_TOKENS }, (_, index) => ({
    content: `<｜reserved▁${index}｜>`,
    special: true,
  })),
];

/** A pattern that finds any of the strings, the longest first where several begin at one place; one capture group. */
export function alternation(strings: readonly string[]): RegExp {
  const longestFirst = [...strings].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((string) => string.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`(${escaped.join('|')})`, 'gu');
}
