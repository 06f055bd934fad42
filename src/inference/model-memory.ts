import {
  allocateParameters,
  cacheBytes,
  type LayerBytes,
  type ModelConfig,
  type ModelParameters,
  parameterBytesByLayer,
  type WeightFormats,
} from '../model/index.ts';
import { platform } from '../platform/index.ts';
import {
  type CacheFormat,
  formatBytes,
  type KernelForm,
  NARROW_BYTES,
  type Runtime,
  type RuntimeOptions,
  startRuntimes,
} from '../tensor/index.ts';
import { cutLayers, type Stage } from './stages.ts';

/** What a model keeps in memory. */
export interface ModelContents {
  readonly config: ModelConfig;
  readonly formats: WeightFormats;
  readonly cacheFormat: CacheFormat;
  readonly cacheTokens: number;
}

/** Bytes of each memory, and the layer before which each one's layers end, prediction modules counting as layers. */
export interface MemoryPlan {
  readonly memories: readonly number[];
  readonly layerEnds: readonly number[];
}

/** Steps' temporary tensors, tables and what is lost between blocks. Only what is touched is committed. */
const WORKING_BYTES = 2 ** 29;

/**
 * How a model is put into memory: all in one, or, where `narrow` is preferred and one with 32-bit addresses is too small
 * for it, its layers in several of those. A layer that is too large for them leaves but the one.
 */
export function planMemory(contents: ModelContents, narrow: boolean, narrowBytes = NARROW_BYTES): MemoryPlan {
  const { layers, others } = contentBytes(contents);
  const total = layers.reduce((sum, bytes) => sum + bytes, others);
  const whole = { memories: [memoryFor(total)], layerEnds: [layers.length] };
  if (!narrow || memoryFor(total) <= narrowBytes) return whole;
  const layerEnds = cutLayers({ layers, others }, (narrowBytes - WORKING_BYTES) / 1.01);
  if (layerEnds === undefined) return whole;
  const memories = layerEnds.map((end, stage) => {
    const own = layers.slice(layerEnds[stage - 1] ?? 0, end).reduce((sum, bytes) => sum + bytes, 0);
    return memoryFor(own + (stage === 0 ? others : 0));
  });
  return { memories, layerEnds };
}

function memoryFor(bytes: number): number {
  return Math.ceil(1.01 * bytes) + WORKING_BYTES;
}

/** Weights and cache by layer. */
function contentBytes({ config, formats, cacheFormat, cacheTokens }: ModelContents): LayerBytes {
  const cache = (cacheBytes(config, cacheFormat) * (cacheTokens + 64)) / config.layers;
  const { layers, others } = parameterBytesByLayer(config, formats);
  return { layers: layers.map((bytes, layer) => bytes + (layer < config.layers ? cache : 0)), others };
}

/**
 * @param name of the model
 * @throws {Error} with the numbers where weights and cache exceed what the machine has
 */
export function refuseTooLarge(name: string, contents: ModelContents): void {
  const { config, formats, cacheFormat, cacheTokens } = contents;
  const { layers, others } = parameterBytesByLayer(config, formats);
  const weights = layers.reduce((sum, bytes) => sum + bytes, others);
  const cache = cacheBytes(config, cacheFormat) * (cacheTokens + 64);
  const available = platform().availableMemory();
  if (available === undefined || weights + cache <= available) return;
  throw new Error(
    `${name}: weights of ${formatBytes(weights)} and a cache of ${formatBytes(cache)} for ${cacheTokens} tokens in ` +
      `${cacheFormat} do not fit into the ${formatBytes(available)} of memory that are free; use a smaller ` +
      'quantisation, a smaller cache format, fewer sequences or a shorter context',
  );
}

/** Where a model lies. */
export interface PlacedModel {
  readonly stages: readonly Stage[];
  readonly parameters: ModelParameters;
  /** Resolves when its Programs can be run. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the runtimes that a model needs and allocates its parameters; returns while threads still come up.
 * @param options whose memory is chosen here; with `wideMemory` all is in one memory
 * @throws {OutOfMemoryError}
 */
export async function placeModel(contents: ModelContents, options: RuntimeOptions): Promise<PlacedModel> {
  const { config, formats } = contents;
  const planFor = (form: KernelForm) => planMemory(contents, form === 'WebAssembly' && options.wideMemory !== true);
  let { layerEnds } = planFor('machine code');
  const runtimes = await startRuntimes(options, (form) => {
    const plan = planFor(form);
    layerEnds = plan.layerEnds;
    return plan.memories;
  });
  const close = async () => {
    for (const runtime of runtimes) await runtime.close();
  };
  try {
    const runtimeOf = (layer = 0): Runtime => runtimes[layerEnds.findIndex((end) => layer < end)]!;
    const parameters = allocateParameters(runtimeOf, config, formats);
    return { stages: stagesOf(runtimes, layerEnds, config), parameters, ready: runtimes[0]!.ready, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The memories that have layers of the main model; others have prediction modules only. */
function stagesOf(runtimes: readonly Runtime[], layerEnds: readonly number[], { layers }: ModelConfig): Stage[] {
  return runtimes
    .map((runtime, stage) => ({ runtime, first: layerEnds[stage - 1] ?? 0, end: Math.min(layerEnds[stage]!, layers) }))
    .filter(({ first, end }) => first < end);
}
