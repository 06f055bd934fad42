import type { Tool, ToolCall } from '../messages.ts';
import { jsonEntries, pythonJson } from './python-json.ts';

/** DeepSeek's markup of tool calls, V3.2 and V4. */
export const DSML = '｜DSML｜';

/** The tools' functions as JSON, one a line. */
export function toolSchemas(tools: readonly Tool[]): string {
  return tools.map((tool) => pythonJson(tool.function)).join('\n');
}

/**
 * A block of tool calls.
 * @param block the block's name: function_calls (V3.2) or tool_calls (V4)
 * @throws naming the call whose arguments are not a JSON object
 */
export function dsmlCalls(calls: readonly ToolCall[], block: string): string {
  const invokes = calls.map((call) => {
    const parameters = argumentsOf(call).map(
      ({ key, value, isString }) => `<${DSML}parameter name="${key}" string="${isString}">${value}</${DSML}parameter>`,
    );
    return `<${DSML}invoke name="${call.function.name}">\n${parameters.join('\n')}\n</${DSML}invoke>`;
  });
  return `<${DSML}${block}>\n${invokes.join('\n')}\n</${DSML}${block}>`;
}

function argumentsOf({ function: { name, arguments: given } }: ToolCall) {
  try {
    return jsonEntries(typeof given === 'string' ? given : JSON.stringify(given));
  } catch (error) {
    throw new Error(`the arguments of a call of ${name} are not a JSON object: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** What asks for answers that follow a schema. */
export function responseFormat(schema: unknown): string {
  return `## Response Format:\n\nYou MUST strictly adhere to the following schema to reply:\n${pythonJson(schema)}`;
}
