import type { Builder, I32 } from './builder.ts';
import {
  BLOCK,
  headGroups,
  LANES,
  type LatentAttentionVariant,
  type LatentParameters,
  type LatentTask,
  layoutOf,
  partOfRow,
  type RowWork,
  type Work,
} from './latent-attention-layout.ts';
import { packNumbers, packPairs, readBlock } from './latent-attention-pack.ts';
import { addValues, scores, weigh } from './latent-attention-tiles.ts';

/**
 * Σ e^(score - highest) · latent over the positions of a task for its rows and heads, block of positions by block, in one
 * order. What was summed up is scaled when a block brings a higher score (online softmax: Milakov and Gimelshein, 2018).
 */
export function latentTask(b: Builder, p: LatentParameters, variant: LatentAttentionVariant, task: LatentTask): void {
  const layout = layoutOf(variant);
  const { row, firstHead, headCount } = task;
  const own = b.offset(p.scratch, b.mul(b.worker, layout.total));
  const groups = b.divideUnsigned(b.add(headCount, LANES - 1), LANES);
  const end = b.variable(task.end(row));
  if (task.rowCount !== undefined) {
    b.loop(1, task.rowCount, 1, (i) => end.set(b.max(end.get(), task.end(b.add(row, i)))));
  }
  const work: Work = { p, variant, layout, own, groups, task, end: end.get() };
  const firstGroup = b.divideUnsigned(firstHead, LANES);
  const ofRow = (rowInTask: I32): RowWork => {
    const group = b.add(b.mul(b.add(row, rowInTask), headGroups(variant.heads)), firstGroup);
    return { ...work, rowInTask, queries: b.offset(p.queries, group, layout.steps.all * LANES * 4) };
  };
  const overRows = (body: (rowInTask: I32) => void) => {
    if (task.rowCount === undefined) body(b.i32(0));
    else b.loop(0, task.rowCount, 1, body);
  };
  overRows((rowInTask) => clear(b, ofRow(rowInTask)));
  b.loop(task.first, work.end, BLOCK, (from) => {
    const count = b.min(b.sub(work.end, from), BLOCK);
    if (task.rowCount === undefined) readBlock(b, work, from, count);
    if (layout.pairs) packPairs(b, work, from, count);
    else packNumbers(b, work, from, count);
    overRows((rowInTask) => {
      const one = ofRow(rowInTask);
      const attend = (seen: I32) => {
        scores(b, one, from, seen);
        weigh(b, one, seen);
        addValues(b, one, seen);
      };
      if (task.rowCount === undefined) attend(count);
      else {
        const seen = b.min(b.sub(task.end(b.add(row, rowInTask)), from), count);
        b.if(b.gt(seen, 0), () => attend(seen));
      }
    });
  });
  overRows((rowInTask) => {
    const one = ofRow(rowInTask);
    const output = partOfRow(b, one, 'output');
    b.loop(0, headCount, 1, (head) => {
      const [highest, sum] = (['highest', 'sums'] as const).map((name) =>
        b.load(b.offset(partOfRow(b, one, name), head)),
      );
      const from = b.offset(output, head, layout.columns * 4);
      task.finish(b.add(row, rowInTask), b.add(firstHead, head), from, { highest: highest!, sum: sum! });
    });
  });
}

/** Nothing summed up yet. */
function clear(b: Builder, work: RowWork): void {
  const heads = b.mul(work.groups, LANES);
  const [highest, sums, output] = (['highest', 'sums', 'output'] as const).map((name) => partOfRow(b, work, name));
  b.loop(0, heads, b.lanes, (head) => {
    b.store(b.offset(highest!, head), b.vectorF32(Number.NEGATIVE_INFINITY));
    b.store(b.offset(sums!, head), b.vectorF32(0));
  });
  b.loop(0, b.mul(heads, work.layout.columns), b.lanes, (i) => b.store(b.offset(output!, i), b.vectorF32(0)));
}
