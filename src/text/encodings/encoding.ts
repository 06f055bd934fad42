import type { ChatMessage, Tool } from '../messages.ts';
import type { ToolCallFormat } from '../tool-calls.ts';

export interface ChatEncodingOptions {
  /** Whether the model is to think before it answers. Default false. */
  readonly thinking?: boolean;
  /** Tools that may be called, beside those of the messages. */
  readonly tools?: readonly Tool[];
  /**
   * Leaves out what was thought before the last question. Default true; V4 keeps it all the same where there are tools,
   * and V3.1 always leaves it out.
   */
  readonly dropThinking?: boolean;
  /** `max` asks V4 to think as thoroughly as it can; the others take no notice. Default high. */
  readonly reasoningEffort?: 'high' | 'max';
}

/** How a family of models has its conversations written. */
export interface ChatEncoding {
  readonly name: 'deepseek-v3.1' | 'deepseek-v3.2' | 'deepseek-v4';
  /** How its answers write tool calls. */
  readonly toolCalls: ToolCallFormat;
  /**
   * Text of a conversation, begin token included. After a question or the results of tools it ends where the model goes
   * on; after an assistant's message it ends with the end token, unless that message is marked as a prefix.
   * @throws naming the message that cannot be written
   */
  encode(messages: readonly ChatMessage[], options?: ChatEncodingOptions): string;
}

/** Messages with the tools given beside them added to the first one, a system message made for them if need be. */
export function withTools(messages: readonly ChatMessage[], tools: readonly Tool[] | undefined): ChatMessage[] {
  if (tools === undefined || tools.length === 0) return [...messages];
  const [first, ...others] = messages;
  const carries = first?.role === 'system' || first?.role === 'developer';
  if (!carries) return [{ role: 'system', content: '', tools }, ...messages];
  return [{ ...first, tools: [...(first.tools ?? []), ...tools] }, ...others];
}

/** Index of the last question; −1 if there is none. */
export function lastQuestion(messages: readonly ChatMessage[]): number {
  return messages.findLastIndex(({ role }) => role === 'user' || role === 'developer');
}

/**
 * Messages without what was thought before the last question. Like DeepSeek's own code it also leaves out developer
 * messages before that, which belong to finished searches.
 */
export function withoutOldThinking(messages: readonly ChatMessage[]): ChatMessage[] {
  const last = lastQuestion(messages);
  return messages.flatMap((message, index) => {
    if (index >= last) return [message];
    if (message.role === 'developer') return [];
    return [message.role === 'assistant' ? { ...message, reasoning_content: null } : message];
  });
}

/** @throws naming the message, counted from 0 */
export function refuse(message: ChatMessage, index: number, why: string): never {
  throw new Error(`message ${index} (${message.role}): ${why}`);
}

/** The content of a message that must have one. */
export function contentOf(message: ChatMessage, index: number): string {
  return message.content ?? refuse(message, index, 'it has no content');
}
