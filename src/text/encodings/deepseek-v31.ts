import type { ChatMessage, Tool, ToolCall } from '../messages.ts';
import { ASSISTANT, BEGIN_OF_SENTENCE, END_OF_SENTENCE, THINK_CLOSE, THINK_OPEN, USER } from '../special-tokens.ts';
import { type ChatEncoding, contentOf, refuse } from './encoding.ts';
import { pythonJson } from './python-json.ts';

const CALLS_BEGIN = '<｜tool▁calls▁begin｜>';
const CALLS_END = '<｜tool▁calls▁end｜>';
const CALL_BEGIN = '<｜tool▁call▁begin｜>';
const CALL_END = '<｜tool▁call▁end｜>';
const SEPARATOR = '<｜tool▁sep｜>';

/**
 * DeepSeek-V3.1, as its Jinja template writes conversations and its model card writes tools. (The template knows no
 * tools; schemas keep characters beyond ASCII as they are.) System messages are joined and come first.
 */
export const deepseekV31: ChatEncoding = {
  name: 'deepseek-v3.1',
  toolCalls: 'deepseek-v3.1',
  encode(messages, { thinking = false, tools = [] } = {}) {
    const systems = messages.flatMap((message, index) =>
      message.role === 'system' ? [contentOf(message, index)] : [],
    );
    let text = BEGIN_OF_SENTENCE + systems.join('\n\n');
    const all = [...messages.flatMap((message) => message.tools ?? []), ...tools];
    if (all.length > 0) text += `\n\n${describeTools(all)}`;
    let before: ChatMessage['role'] = 'system';
    for (const [index, message] of messages.entries()) {
      const { role } = message;
      if (role === 'system') continue;
      if (role === 'user') text += USER + contentOf(message, index);
      else if (role === 'tool') text += `<｜tool▁output▁begin｜>${contentOf(message, index)}<｜tool▁output▁end｜>`;
      else if (role === 'assistant') {
        const opensThinking = message.prefix === true && thinking;
        if (before === 'user') text += ASSISTANT + (opensThinking ? THINK_OPEN : THINK_CLOSE);
        text += answerText(message, index, before === 'tool');
        if (!(message.prefix === true && index === messages.length - 1)) text += END_OF_SENTENCE;
      } else refuse(message, index, 'DeepSeek-V3.1 knows the roles system, user, assistant and tool');
      before = role;
    }
    return before === 'user' ? text + ASSISTANT + (thinking ? THINK_OPEN : THINK_CLOSE) : text;
  },
};

function answerText(message: ChatMessage, index: number, afterTool: boolean): string {
  if (message.tool_calls?.length) return (message.content ?? '') + callsText(message.tool_calls);
  const content = contentOf(message, index);
  const end = afterTool ? -1 : content.indexOf(THINK_CLOSE);
  return end < 0 ? content : content.slice(end + THINK_CLOSE.length);
}

function callsText(calls: readonly ToolCall[]): string {
  const texts = calls.map(({ function: { name, arguments: given } }) => {
    const json = typeof given === 'string' ? given : pythonJson(given);
    return CALL_BEGIN + name + SEPARATOR + json + CALL_END;
  });
  return CALLS_BEGIN + texts.join('') + CALLS_END;
}

function describeTools(tools: readonly Tool[]): string {
  const descriptions = tools.map(
    ({ function: { name, description = '', parameters = {} } }) =>
      `\n### ${name}\nDescription: ${description}\n\nParameters: ${pythonJson(parameters)}\n`,
  );
  return [
    '## Tools\nYou have access to the following tools:\n',
    ...descriptions,
    '\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n',
    `${CALLS_BEGIN}${CALL_BEGIN}tool_call_name${SEPARATOR}tool_call_arguments${CALL_END}{additional_tool_calls}`,
    `${CALLS_END}\n\nWhere:\n`,
    '- `tool_call_name` must be an exact match to one of the available tools\n',
    "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema\n",
    '- For multiple tool calls, chain them directly without separators or spaces',
  ].join('');
}
