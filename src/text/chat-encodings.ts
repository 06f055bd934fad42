import { deepseekV4 } from './encodings/deepseek-v4.ts';
import { deepseekV31 } from './encodings/deepseek-v31.ts';
import { deepseekV32 } from './encodings/deepseek-v32.ts';
import type { ChatEncoding } from './encodings/encoding.ts';
import type { ToolCallFormat } from './tool-calls.ts';

/** Chat encodings by name. */
export const CHAT_ENCODINGS: ReadonlyMap<string, ChatEncoding> = new Map(
  [deepseekV31, deepseekV32, deepseekV4].map((encoding) => [encoding.name, encoding]),
);

export interface EncodedModel {
  /** `model_type` of config.json. */
  readonly modelType?: string | undefined;
  /** Its Jinja template. */
  readonly chatTemplate?: string | undefined;
}

/**
 * The encoding of a model for which there is one here: V3.2 and V4 have no template of their own, and that of V3.1
 * knows no tools. Undefined for models that go by their template: all others, V3.2-Exp and later V3.1 among them.
 */
export function chatEncodingFor({ modelType, chatTemplate }: EncodedModel): ChatEncoding | undefined {
  if (chatTemplate === undefined) {
    if (modelType === 'deepseek_v32') return deepseekV32;
    return modelType === 'deepseek_v4' ? deepseekV4 : undefined;
  }
  const isFirstV31 = chatTemplate.includes('ns.is_last_user') && !chatTemplate.includes('ns.is_only_sys');
  return isFirstV31 && toolCallFormatOf(chatTemplate) === 'deepseek-v3.1' ? deepseekV31 : undefined;
}

/** How a model with this Jinja template writes tool calls; undefined where that is none of the formats known here. */
export function toolCallFormatOf(chatTemplate: string): ToolCallFormat | undefined {
  if (!chatTemplate.includes('<｜tool▁call▁begin｜>')) return undefined;
  return chatTemplate.includes('```json') ? 'deepseek-v3' : 'deepseek-v3.1';
}
