import type { LayerBytes, LayerRange } from '../model/index.ts';
import type { Runtime } from '../tensor/index.ts';

/**
 * Layers first…end-1 of a model with the runtime in whose memory they lie. A model's stages follow one another, and run in
 * turn; the first also has the embedding, the last norm and the head.
 */
export interface Stage extends LayerRange {
  readonly runtime: Runtime;
}

/** A model that lies in the memory of one runtime. */
export function oneStage(runtime: Runtime, { layers }: { readonly layers: number }): readonly Stage[] {
  return [{ runtime, first: 0, end: layers }];
}

/** @throws {RangeError} where stages are not all layers of a model in order */
export function checkStages(stages: readonly Stage[], { layers }: { readonly layers: number }): void {
  const told = stages.map(({ first, end }) => `${first} to ${end}`).join(', ');
  const joined = stages.every(({ first, end }, at) => first === (stages[at - 1]?.end ?? 0) && end > first);
  if (joined && stages.at(-1)?.end === layers) return;
  throw new RangeError(`stages of the layers ${told || '(none)'} are not those of a model from 0 to ${layers}`);
}

/**
 * Cuts layers, in order, into as few parts as go into `capacity` bytes each, of about the same size. Returns where each part
 * ends; undefined where a layer alone is too large. `others` lies in the first part.
 */
export function cutLayers({ layers, others }: LayerBytes, capacity: number): number[] | undefined {
  const within = (limit: number): number[] | undefined => {
    const ends: number[] = [];
    let [used, before] = [others, 0];
    for (const [layer, bytes] of layers.entries()) {
      if (used + bytes > limit && layer > before) {
        ends.push(layer);
        [used, before] = [0, layer];
      }
      used += bytes;
      if (used > limit) return undefined;
    }
    return [...ends, layers.length];
  };
  const fewest = within(capacity)?.length;
  if (fewest === undefined) return undefined;
  // The least limit with which there are no more parts than that.
  let [low, high] = [0, capacity];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const ends = within(middle);
    if (ends !== undefined && ends.length <= fewest) high = middle;
    else low = middle;
  }
  return within(high);
}
