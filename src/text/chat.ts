import { ChatTemplate, type TemplateLimits } from './chat-template.ts';
import type { ChatEncoding, ChatEncodingOptions } from './encodings/encoding.ts';
import { GenerationalCache } from './generational-cache.ts';
import type { ChatMessage } from './messages.ts';
import {
  ASSISTANT,
  BEGIN_OF_SENTENCE,
  END_OF_SENTENCE,
  PADDING,
  THINK_CLOSE,
  THINK_OPEN,
  USER,
} from './special-tokens.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface RenderChatOptions {
  /** Jinja template, as `chat_template` of `tokenizer_config.json` has it. */
  template: string;
  /** Ends with the opening of the assistant's turn, for the model to go on. Default false. */
  addGenerationPrompt?: boolean;
  /** Text of the begin and end tokens that the template may write. Default: DeepSeek's. */
  bosToken?: string;
  eosToken?: string;
  /** Further variables the template reads (tools, thinking switches, ...). */
  variables?: Readonly<Record<string, unknown>>;
  /** What the template may spend. */
  limits?: TemplateLimits;
}

/**
 * The chat template of models trained here, in the manner of DeepSeek-R1: questions and answers follow the begin
 * token, an answer ends with the end token, the generation prompt opens the thinking, and the thinking of answers
 * already given is left out.
 */
export const NANO_CHAT_TEMPLATE = [
  '{{- bos_token -}}',
  '{%- for message in messages -%}',
  "{%- if message['role'] == 'system' -%}",
  "{{- message['content'] -}}",
  "{%- elif message['role'] == 'user' -%}",
  `{{- '${USER}' + message['content'] -}}`,
  "{%- elif message['role'] == 'assistant' -%}",
  `{{- '${ASSISTANT}' + (message['content'].split('${THINK_CLOSE}') | last | trim) + eos_token -}}`,
  '{%- else -%}',
  "{{- raise_exception('this chat template knows the roles system, user and assistant, not ' + message['role']) -}}",
  '{%- endif -%}',
  '{%- endfor -%}',
  '{%- if add_generation_prompt -%}',
  `{{- '${ASSISTANT}${THINK_OPEN}\\n' -}}`,
  '{%- endif -%}',
].join('\n');

const parsedTemplates = new GenerationalCache<string, ChatTemplate>(16);

/**
 * Text of a conversation by a Jinja chat template.
 * @throws if the template does not parse, refuses the conversation, or goes beyond its limits
 */
export function renderChat(messages: readonly ChatMessage[], options: RenderChatOptions): string {
  let template = parsedTemplates.get(options.template);
  if (template === undefined) {
    template = new ChatTemplate(options.template);
    parsedTemplates.set(options.template, template);
  }
  return template.render(
    {
      ...options.variables,
      messages,
      add_generation_prompt: options.addGenerationPrompt ?? false,
      bos_token: options.bosToken ?? BEGIN_OF_SENTENCE,
      eos_token: options.eosToken ?? END_OF_SENTENCE,
    },
    options.limits,
  );
}

/**
 * `tokenizer_config.json` of a model trained here, loadable by `PreTrainedTokenizerFast` of Hugging Face transformers.
 * The template writes the begin token, so the tokenizer adds none.
 *
 * @param options.contextLength positions of the model, in tokens (`max_position_embeddings`)
 */
export function nanoTokenizerConfig(options: { contextLength?: number } = {}): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: BEGIN_OF_SENTENCE,
    eos_token: END_OF_SENTENCE,
    pad_token: PADDING,
    add_bos_token: false,
    add_eos_token: false,
    clean_up_tokenization_spaces: false,
    ...(options.contextLength === undefined ? {} : { model_max_length: options.contextLength }),
    chat_template: NANO_CHAT_TEMPLATE,
  };
}

/** Text of a single question, up to the point where the model goes on. */
function promptText(tokenizer: Tokenizer, question: string): string {
  return renderChat([{ role: 'user', content: question }], {
    template: tokenizer.chatTemplate ?? NANO_CHAT_TEMPLATE,
    addGenerationPrompt: true,
    ...tokenizerTexts(tokenizer),
  });
}

function tokenizerTexts(tokenizer: Tokenizer): { bosToken?: string; eosToken?: string } {
  return {
    ...(tokenizer.bosId === undefined ? {} : { bosToken: tokenizer.decode([tokenizer.bosId]) }),
    ...(tokenizer.eosId === undefined ? {} : { eosToken: tokenizer.decode([tokenizer.eosId]) }),
  };
}

/** Token ids of a conversation by a chat encoding, or the tokenizer's own chat template (nano's if it has none). */
export function encodeChat(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  options: {
    addGenerationPrompt?: boolean;
    variables?: Readonly<Record<string, unknown>>;
    /** Written by this in place of the template; see `chatEncodingFor`. */
    encoding?: ChatEncoding | undefined;
    /** For the encoding. */
    encodingOptions?: ChatEncodingOptions | undefined;
  } = {},
): Int32Array {
  const { encoding, encodingOptions, ...templateOptions } = options;
  if (encoding !== undefined) return tokenizer.encode(encoding.encode(messages, encodingOptions));
  return tokenizer.encode(
    renderChat(messages, {
      template: tokenizer.chatTemplate ?? NANO_CHAT_TEMPLATE,
      ...tokenizerTexts(tokenizer),
      ...templateOptions,
    }),
  );
}

/** Token ids of a single question with the generation prompt: what the model is given to answer it. */
export function encodePrompt(tokenizer: Tokenizer, question: string): Int32Array {
  return tokenizer.encode(promptText(tokenizer, question));
}

/** A question with its worked solution, as training reads it. */
export interface EncodedExample {
  /** Prompt, then the assistant's turn to its end token. Shape [length]. */
  ids: Int32Array;
  /** 1 where the token is the assistant's own (thinking, answer, end token), 0 in the prompt. Shape [length]. */
  lossMask: Uint8Array;
}

/**
 * Token ids of a question and its solution `<think>\n...\n</think>\n...`. The prompt already opens the thinking, so
 * the solution goes on after it; the ids begin with exactly those of `encodePrompt`.
 *
 * @throws if the solution does not open as the prompt ends, or begins so that its first token would grow into the
 *   prompt's last one (white space at its start)
 */
export function encodeExample(tokenizer: Tokenizer, question: string, solution: string): EncodedExample {
  const prompt = promptText(tokenizer, question);
  const promptIds = tokenizer.encode(prompt);
  if (tokenizer.eosId === undefined) throw new Error('the tokenizer names no eos_token to end the solution with');
  const opening = `${THINK_OPEN}\n`;
  const opened = prompt.endsWith(opening);
  if (opened && !solution.startsWith(opening)) {
    throw new Error(
      `the solution must begin with ${JSON.stringify(opening)}, as the prompt opens it: ${excerpt(solution)}`,
    );
  }
  const text = prompt + (opened ? solution.slice(opening.length) : solution);
  const body = tokenizer.encode(text);
  for (let i = 0; i < promptIds.length; i++) {
    if (body[i] !== promptIds[i]) {
      throw new Error(
        `the solution changes the tokens of its prompt; let it not begin with white space: ${excerpt(solution)}`,
      );
    }
  }
  const ids = new Int32Array(body.length + 1);
  ids.set(body);
  ids[body.length] = tokenizer.eosId;
  return { ids, lossMask: new Uint8Array(ids.length).fill(1, promptIds.length) };
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
