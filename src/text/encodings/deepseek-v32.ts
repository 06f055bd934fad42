import type { ChatMessage, Tool } from '../messages.ts';
import { ASSISTANT, BEGIN_OF_SENTENCE, END_OF_SENTENCE, THINK_CLOSE, THINK_OPEN, USER } from '../special-tokens.ts';
import { DSML, dsmlCalls, responseFormat, toolSchemas } from './dsml.ts';
import { type ChatEncoding, contentOf, lastQuestion, refuse, withoutOldThinking, withTools } from './encoding.ts';

interface Context {
  readonly messages: readonly ChatMessage[];
  readonly thinking: boolean;
  readonly lastQuestion: number;
}

/** DeepSeek-V3.2, which has no Jinja template; equal to the examples that DeepSeek publishes with it. */
export const deepseekV32: ChatEncoding = {
  name: 'deepseek-v3.2',
  toolCalls: 'deepseek-v3.2',
  encode(given, { thinking = false, tools, dropThinking = true } = {}) {
    const all = withTools(given, tools);
    const messages = thinking && dropThinking ? withoutOldThinking(all) : all;
    const context = { messages, thinking, lastQuestion: lastQuestion(messages) };
    return BEGIN_OF_SENTENCE + messages.map((message, index) => messageText(message, index, context)).join('');
  },
};

function messageText(message: ChatMessage, index: number, context: Context): string {
  const opening = context.thinking && index === context.lastQuestion ? THINK_OPEN : THINK_CLOSE;
  switch (message.role) {
    case 'system':
      return (message.content ?? '') + instructions(message);
    case 'developer': {
      if (!message.content) refuse(message, index, 'it has no content');
      const content = `${instructions(message)}\n\n# The user's message is: ${message.content}`;
      return USER + content + ASSISTANT + opening;
    }
    case 'user':
      return USER + contentOf(message, index) + ASSISTANT + opening;
    case 'tool':
      return resultText(message, index, context);
    case 'assistant':
      return answerText(message, index, context);
    default:
      refuse(message, index, 'DeepSeek-V3.2 knows the roles system, developer, user, assistant and tool');
  }
}

/** Tools and the form of answers, as system and developer messages introduce them. */
function instructions({ tools, response_format: format }: ChatMessage): string {
  return (tools?.length ? `\n\n${describeTools(tools)}` : '') + (format ? `\n\n${responseFormat(format)}` : '');
}

function resultText(message: ChatMessage, index: number, { messages, thinking, lastQuestion }: Context): string {
  const asking = messages.findLastIndex(({ role }, at) => at < index && role !== 'tool');
  const calls = messages[asking]?.tool_calls?.length ?? 0;
  const place = index - asking;
  if (place > calls) refuse(message, index, `the message before it makes ${calls} tool calls`);
  const first = place === 1 ? '\n\n<function_results>' : '';
  const result = `\n<result>${contentOf(message, index)}</result>`;
  if (place < calls) return first + result;
  const opening = thinking && index >= lastQuestion ? THINK_OPEN : THINK_CLOSE;
  return `${first}${result}\n</function_results>\n\n${opening}`;
}

function answerText(message: ChatMessage, index: number, { messages, thinking, lastQuestion }: Context): string {
  const { reasoning_content: reasoning, content, tool_calls: calls, prefix } = message;
  const open = prefix === true && index === messages.length - 1;
  let thought = '';
  if (thinking && index > lastQuestion) {
    if (!reasoning && !calls?.length && !open) {
      refuse(
        message,
        index,
        'it answers the last question without reasoning_content; it is needed to write the thinking',
      );
    }
    // A prefix without an answer goes on thinking.
    thought = (reasoning ?? '') + (open && !content && !calls?.length ? '' : THINK_CLOSE);
  }
  const called = calls?.length ? `\n\n${dsmlCalls(calls, 'function_calls')}` : '';
  return thought + (content ?? '') + called + (open ? '' : END_OF_SENTENCE);
}

function describeTools(tools: readonly Tool[]): string {
  return `## Tools

You have access to a set of tools you can use to answer the user's question.
You can invoke functions by writing a "<${DSML}function_calls>" block like the following as part of your reply to the user:
<${DSML}function_calls>
<${DSML}invoke name="$FUNCTION_NAME">
<${DSML}parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</${DSML}parameter>
...
</${DSML}invoke>
<${DSML}invoke name="$FUNCTION_NAME2">
...
</${DSML}invoke>
</${DSML}function_calls>

String and scalar parameters should be specified as is without any escaping or quotes, while lists and objects should use JSON format. The "string" attribute should be set to "true" for string type parameters and "false" for other types (numbers, booleans, arrays, objects).

If the thinking_mode is enabled, then after function results you should strongly consider outputting a thinking block. Here is an example:

<${DSML}function_calls>
...
</${DSML}function_calls>

<function_results>
...
</function_results>

${THINK_OPEN}...thinking about results${THINK_CLOSE}

Here are the functions available in JSONSchema format:
<functions>
${toolSchemas(tools)}
</functions>
`;
}
