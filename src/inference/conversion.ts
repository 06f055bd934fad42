import {
  type BlockConverter,
  type GgufTensorToWrite,
  type GgufValue,
  ggmlBytes,
  type MixedModel,
  type MixName,
  mixFileType,
} from '../checkpoint/index.ts';
import type { ModelConfig } from '../model/index.ts';

export interface ConvertOptions {
  /**
   * Types of the weights. GGUF takes any mix, a directory f32, f16 or bf16. Default: as they are stored; of 8-bit floats
   * and blocks, where the target has no such thing, bf16.
   */
  readonly type?: MixName | undefined;
  /** Every matrix in the mix's base type. */
  readonly pure?: boolean | undefined;
  /** Largest file in bytes before weights are split. Default: GGUF in one file, safetensors in files of 5 GB. */
  readonly largestFile?: number | undefined;
  /** Replaces what stands at the target; otherwise that is an error. */
  readonly replace?: boolean | undefined;
  /** Converts blocks elsewhere than on this thread, so many at once. */
  readonly convert?: BlockConverter | undefined;
  readonly piecesUnderWay?: number | undefined;
  /** Called now and then with the bytes of weights written (of a directory: read) so far and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface ConvertedModel {
  /** The files or the directory written. */
  readonly paths: readonly string[];
  /** Bytes of weights by type. */
  readonly types: Readonly<Record<string, number>>;
  /** What was left out or is worth knowing, in whole sentences. */
  readonly notes: readonly string[];
}

/** What a mix goes by, of a configuration. */
export function mixedModel(config: ModelConfig): MixedModel {
  return {
    layers: config.layers + config.mtpLayers,
    experts: config.routedExperts,
    tied: config.tieWordEmbeddings,
  };
}

/** `general.file_type` of a mix. */
export function fileTypeOf(type: MixName | undefined): GgufValue | undefined {
  return type === undefined ? undefined : { type: 'uint32', value: mixFileType(type) };
}

/** The first entry, which is the architecture, then what the weights are, then the others. */
export function* withFileType(
  entries: Iterable<readonly [string, GgufValue]>,
  fileType: GgufValue | undefined,
): Generator<readonly [string, GgufValue]> {
  let first = true;
  for (const entry of entries) {
    yield entry;
    if (first && fileType !== undefined) {
      yield ['general.file_type', fileType];
      yield ['general.quantization_version', { type: 'uint32', value: 2 }];
    }
    first = false;
  }
}

/** Bytes of tensors by their types. */
export function bytesByType(tensors: readonly GgufTensorToWrite[]): Record<string, number> {
  const types: Record<string, number> = {};
  for (const { dtype, shape } of tensors) {
    const elements = shape.reduce((product, length) => product * length, 1);
    types[dtype] = (types[dtype] ?? 0) + ggmlBytes(dtype, elements);
  }
  return types;
}
