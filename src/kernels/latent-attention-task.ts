import type { Builder } from './builder.ts';
import {
  BLOCK,
  headGroups,
  LANES,
  type LatentAttentionVariant,
  type LatentParameters,
  type LatentTask,
  layoutOf,
  part,
  type Work,
} from './latent-attention-layout.ts';
import { packNumbers, packPairs, readBlock } from './latent-attention-pack.ts';
import { addValues, scores, weigh } from './latent-attention-tiles.ts';

/**
 * Σ e^(score - highest) · latent over the positions of a task for its heads, block of positions by block, in one order.
 * What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function latentTask(b: Builder, p: LatentParameters, variant: LatentAttentionVariant, task: LatentTask): void {
  const layout = layoutOf(variant);
  const { row, firstHead, headCount } = task;
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const group = b.add(b.mul(row, headGroups(variant.heads)), b.divideUnsigned(firstHead, LANES));
  const queries = b.offset(p.queries, group, layout.steps.all * LANES * 4);
  const groups = b.divideUnsigned(b.add(headCount, LANES - 1), LANES);
  const work: Work = { p, variant, layout, own, queries, groups, task };
  const heads = b.mul(groups, LANES);
  b.loop(0, heads, b.lanes, (head) => {
    b.store(b.offset(part(b, work, 'highest'), head), b.vectorF32(Number.NEGATIVE_INFINITY));
    b.store(b.offset(part(b, work, 'sums'), head), b.vectorF32(0));
  });
  const output = part(b, work, 'output');
  b.loop(0, b.mul(heads, layout.columns), b.lanes, (i) => b.store(b.offset(output, i), b.vectorF32(0)));
  b.loop(task.first, task.end, BLOCK, (from) => {
    const count = b.min(b.sub(task.end, from), BLOCK);
    readBlock(b, work, from, count);
    if (layout.pairs) packPairs(b, work, from, count);
    else packNumbers(b, work, from, count);
    scores(b, work, from, count);
    weigh(b, work, count);
    addValues(b, work, count);
  });
  b.loop(0, headCount, 1, (head) => {
    const [highest, sum] = [part(b, work, 'highest'), part(b, work, 'sums')].map((list) =>
      b.load(b.offset(list, head)),
    );
    task.finish(b.add(firstHead, head), b.offset(output, head, layout.columns * 4), { highest: highest!, sum: sum! });
  });
}
