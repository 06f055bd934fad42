import type { ChatMessage, Tool } from '../messages.ts';
import { ASSISTANT, BEGIN_OF_SENTENCE, END_OF_SENTENCE, THINK_CLOSE, THINK_OPEN, USER } from '../special-tokens.ts';
import { DSML, dsmlCalls, responseFormat, toolSchemas } from './dsml.ts';
import { type ChatEncoding, contentOf, lastQuestion, refuse, withoutOldThinking, withTools } from './encoding.ts';

/** Quick tasks; `action` comes after the opening of the answer, the others right after the message. */
const TASKS: readonly string[] = ['action', 'query', 'authority', 'domain', 'title', 'read_url'];

const MAXIMUM_EFFORT =
  'Reasoning Effort: Absolute maximum with no shortcuts permitted.\n' +
  'You MUST be very thorough in your thinking and comprehensively decompose the problem to resolve the root cause, ' +
  'rigorously stress-testing your logic against all potential paths, edge cases, and adversarial scenarios.\n' +
  'Explicitly write out your entire deliberation process, documenting every intermediate step, considered alternative, ' +
  'and rejected hypothesis to ensure absolutely no assumption is left unchecked.\n\n';

interface Context {
  readonly messages: readonly ChatMessage[];
  readonly thinking: boolean;
  readonly drop: boolean;
  readonly lastQuestion: number;
}

/** DeepSeek-V4, which has no Jinja template; equal to the examples that DeepSeek publishes with it. */
export const deepseekV4: ChatEncoding = {
  name: 'deepseek-v4',
  toolCalls: 'deepseek-v4',
  encode(given, { thinking = false, tools, dropThinking = true, reasoningEffort = 'high' } = {}) {
    const all = mergeTurns(withTools(given, tools));
    const drop = dropThinking && !all.some((message) => message.tools?.length);
    const messages = thinking && drop ? withoutOldThinking(all) : all;
    const context = { messages, thinking, drop, lastQuestion: lastQuestion(messages) };
    const effort = thinking && reasoningEffort === 'max' ? MAXIMUM_EFFORT : '';
    const texts = messages.map(
      (message, index) => messageText(message, index, context) + transition(message, index, context),
    );
    return BEGIN_OF_SENTENCE + effort + texts.join('');
  },
};

interface Result {
  readonly id: string | null | undefined;
  readonly text: string;
}

/**
 * Questions and tool results that follow each other as one question, their parts apart by an empty line; results in the
 * order of the calls that they answer.
 */
function mergeTurns(messages: readonly ChatMessage[]): ChatMessage[] {
  const merged: ChatMessage[] = [];
  let parts: (string | Result)[] = [];
  let order = new Map<string, number>();
  let open = false;
  for (const [index, message] of messages.entries()) {
    const { role } = message;
    if (role !== 'user' && role !== 'tool') {
      merged.push(message);
      if (role === 'assistant' && message.tool_calls?.length) {
        order = new Map(message.tool_calls.flatMap(({ id }, at) => (id ? [[id, at] as const] : [])));
      }
      open = false;
      continue;
    }
    const content = contentOf(message, index);
    const part =
      role === 'user' ? content : { id: message.tool_call_id, text: `<tool_result>${content}</tool_result>` };
    // A question after a quick task is a turn of its own.
    if (open && (role === 'tool' || !merged.at(-1)!.task)) parts.push(part);
    else {
      parts = [part];
      merged.push({ role: 'user' });
    }
    open = true;
    const turn = merged.pop()!;
    merged.push({ ...turn, task: message.task ?? turn.task ?? null, content: joined(parts, order) });
  }
  return merged;
}

function joined(parts: readonly (string | Result)[], order: ReadonlyMap<string, number>): string {
  const place = ({ id }: Result) => order.get(id ?? '') ?? 0;
  const results = parts.filter((part): part is Result => typeof part !== 'string');
  results.sort((a, b) => place(a) - place(b));
  let next = 0;
  return parts.map((part) => (typeof part === 'string' ? part : results[next++]!.text)).join('\n\n');
}

function messageText(message: ChatMessage, index: number, context: Context): string {
  switch (message.role) {
    case 'system':
      return (message.content ?? '') + instructions(message);
    case 'developer':
      if (!message.content) refuse(message, index, 'it has no content');
      return USER + message.content + instructions(message);
    case 'user':
      return USER + contentOf(message, index);
    case 'latest_reminder':
      return `<｜latest_reminder｜>${contentOf(message, index)}`;
    case 'assistant':
      return answerText(message, index, context);
    default:
      refuse(
        message,
        index,
        'DeepSeek-V4 knows the roles system, developer, user, assistant, tool and latest_reminder',
      );
  }
}

function instructions({ tools, response_format: format }: ChatMessage): string {
  return (tools?.length ? `\n\n${describeTools(tools)}` : '') + (format ? `\n\n${responseFormat(format)}` : '');
}

function answerText(message: ChatMessage, index: number, context: Context): string {
  const { reasoning_content: reasoning, content, tool_calls: calls, prefix } = message;
  const open = prefix === true && index === context.messages.length - 1;
  const afterTask = Boolean(context.messages[index - 1]?.task);
  let thought = '';
  if (context.thinking && !afterTask && (!context.drop || index > context.lastQuestion)) {
    // A prefix without an answer goes on thinking.
    thought = (reasoning ?? '') + (open && !content && !calls?.length ? '' : THINK_CLOSE);
  }
  const called = calls?.length ? `\n\n${dsmlCalls(calls, 'tool_calls')}` : '';
  return thought + (content ?? '') + called + (open ? '' : END_OF_SENTENCE);
}

/** What stands between a message and the answer to it: the quick task, or the opening of the assistant's turn. */
function transition(message: ChatMessage, index: number, context: Context): string {
  const next = context.messages[index + 1]?.role ?? 'assistant';
  if (next !== 'assistant' && next !== 'latest_reminder') return '';
  const { role, task } = message;
  if (task) {
    if (!TASKS.includes(task)) refuse(message, index, `the task ${task} is not one of ${TASKS.join(', ')}`);
    const opening = task === 'action' ? ASSISTANT + (context.thinking ? THINK_OPEN : THINK_CLOSE) : '';
    return `${opening}<｜${task}｜>`;
  }
  if (role !== 'user' && role !== 'developer') return '';
  const thinks = context.thinking && (!context.drop || index >= context.lastQuestion);
  return ASSISTANT + (thinks ? THINK_OPEN : THINK_CLOSE);
}

function describeTools(tools: readonly Tool[]): string {
  return `## Tools

You have access to a set of tools to help answer the user's question. You can invoke tools by writing a "<${DSML}tool_calls>" block like the following:

<${DSML}tool_calls>
<${DSML}invoke name="$TOOL_NAME">
<${DSML}parameter name="$PARAMETER_NAME" string="true|false">$PARAMETER_VALUE</${DSML}parameter>
...
</${DSML}invoke>
<${DSML}invoke name="$TOOL_NAME2">
...
</${DSML}invoke>
</${DSML}tool_calls>

String parameters should be specified as is and set \`string="true"\`. For all other types (numbers, booleans, arrays, objects), pass the value in JSON format and set \`string="false"\`.

If thinking_mode is enabled (triggered by ${THINK_OPEN}), you MUST output your complete reasoning inside ${THINK_OPEN}...${THINK_CLOSE} BEFORE any tool calls or final response.

Otherwise, output directly after ${THINK_CLOSE} with tool calls or final response.

### Available Tool Schemas

${toolSchemas(tools)}

You MUST strictly follow the above defined tool name and parameter schemas to invoke tool calls.
`;
}
