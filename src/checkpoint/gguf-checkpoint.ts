import { openGguf } from './gguf.ts';
import { type GgufConfig, ggufConfig } from './gguf-config.ts';
import type { GgufValue } from './gguf-metadata.ts';
import { type GgufView, huggingFaceView } from './gguf-view.ts';

/** A GGUF model in the terms of a Hugging Face directory. */
export interface GgufCheckpoint extends GgufView, GgufConfig {
  /** The file, first of its parts; named as in a checkpoint's directory, for messages. */
  readonly directory: string;
  readonly totalBytes: number;
  /** All metadata; the tokenizer stands under `tokenizer.`. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
}

/**
 * Opens a GGUF model with its configuration and its tensors under Hugging Face names. Reads only headers.
 * @throws {Error} as {@link openGguf}, {@link ggufConfig} and {@link huggingFaceView} do.
 */
export async function openGgufCheckpoint(path: string): Promise<GgufCheckpoint> {
  const reader = await openGguf(path);
  try {
    const described = await ggufConfig(reader);
    const { num_attention_heads: heads, num_key_value_heads: keyHeads } = described.config;
    const sizes = { architecture: described.architecture, heads: Number(heads), keyHeads: Number(keyHeads) };
    const view = huggingFaceView(reader, sizes);
    return { ...view, ...described, directory: reader.path, totalBytes: reader.totalBytes, metadata: reader.metadata };
  } catch (error) {
    await reader.close();
    throw error;
  }
}
