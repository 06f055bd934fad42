import {
  keyHeadsTogether,
  mostRows,
  type PagedAttentionVariant,
  type PagedParameters,
  packs,
  type scratchLayout,
} from './attention-paged-layout.ts';
import type { Builder, F32, I32, Pointer } from './builder.ts';

/** The page numbers of the row's sequence. */
export function sequencePages(
  b: Builder,
  p: { pageTable: Pointer; sequences: Pointer; tableStride: I32 },
  row: I32,
): Pointer {
  return b.offset(p.pageTable, b.mul(b.loadI32(b.offset(p.sequences, row)), p.tableStride));
}

export function slotOf(b: Builder, pages: Pointer, position: I32, pageSize: number): I32 {
  const page = b.loadI32(b.offset(pages, b.shiftRightUnsigned(position, Math.log2(pageSize))));
  return b.add(b.mul(page, pageSize), b.and(position, pageSize - 1));
}

/** Tasks worker, worker + workers, …: neighbouring tasks, alike in size, go to different workers. */
export function dealOut(b: Builder, total: I32, body: (index: I32) => void): void {
  const index = b.variable(b.worker);
  b.while(
    () => b.lt(index.get(), total),
    () => {
      body(index.get());
      index.set(b.add(index.get(), b.workers));
    },
  );
}

/** Heads first…first + count - 1 of keys and values. */
export interface KeyHeads {
  readonly first: I32;
  readonly count: I32;
}

/** Deals out `count` pieces of each row, and of each the sets of heads of keys that are worked on together. */
export function dealOutKeyHeads(
  b: Builder,
  p: { readonly rows: I32; readonly heads: I32 },
  variant: PagedAttentionVariant,
  pieces: number,
  body: (row: I32, inRow: I32, at: (inRow: I32) => { readonly piece: I32; readonly keyHeads: KeyHeads }) => void,
): void {
  const together = keyHeadsTogether(variant, pieces === 1);
  const all = b.divideUnsigned(p.heads, variant.group);
  const sets = b.divideUnsigned(b.add(all, together - 1), together);
  const perRow = b.mul(sets, pieces);
  dealOut(b, b.mul(p.rows, perRow), (index) => {
    const row = b.divideUnsigned(index, perRow);
    body(row, b.sub(index, b.mul(row, perRow)), (inRow) => {
      const piece = b.divideUnsigned(inRow, sets);
      const first = b.mul(b.sub(inRow, b.mul(piece, sets)), together);
      return { piece, keyHeads: { first, count: b.min(b.sub(all, first), together) } };
    });
  });
}

/** Neighbouring rows, `rowCount` of them from `row` on. */
export interface Rows {
  readonly row: I32;
  readonly rowCount: I32;
}

/** Rows that go together: at most `most`, and not so many that workers are left without. */
export function rowsTogether(b: Builder, rows: I32, most: number): I32 {
  return b.max(b.min(b.divideUnsigned(rows, b.mul(b.workers, 4)), most), 1);
}

/** Calls `body` for each run of rows of one sequence among the rows start…end - 1. */
export function overSequences(
  b: Builder,
  sequences: Pointer,
  { start, end }: { readonly start: I32; readonly end: I32 },
  body: (rows: Rows) => void,
): void {
  const next = b.variable(start);
  const sequenceOf = (row: I32) => b.loadI32(b.offset(sequences, row));
  b.while(
    () => b.lt(next.get(), end),
    () => {
      const row = next.get();
      const stop = b.variable(b.add(row, 1));
      const same = b.variable(b.i32(1));
      b.while(
        () => b.and(b.lt(stop.get(), end), same.get()),
        () => {
          same.set(b.eq(sequenceOf(stop.get()), sequenceOf(row)));
          stop.set(b.add(stop.get(), same.get()));
        },
      );
      body({ row, rowCount: b.sub(stop.get(), row) });
      next.set(stop.get());
    },
  );
}

/**
 * Deals out neighbouring rows of one sequence, and of each the sets of heads of keys. How many rows go together depends on
 * what there is for the workers to do, but no row's result on its neighbours.
 */
export function dealOutRows(
  b: Builder,
  p: PagedParameters,
  variant: PagedAttentionVariant,
  body: (rows: Rows, keyHeads: KeyHeads) => void,
): void {
  const most = rowsTogether(b, p.rows, mostRows(packs(b, variant, 2)));
  const tiles = b.divideUnsigned(b.add(p.rows, b.sub(most, 1)), most);
  dealOutKeyHeads(b, { rows: tiles, heads: p.heads }, variant, 1, (tile, inRow, at) => {
    const { keyHeads } = at(inRow);
    const start = b.mul(tile, most);
    const end = b.min(b.add(start, most), p.rows);
    overSequences(b, p.sequences, { start, end }, (rows) => body(rows, keyHeads));
  });
}

export interface PagedTask {
  /** Rows of one sequence, one behind the other, `rowCount` of them; 1 if undefined. */
  readonly row: I32;
  readonly rowCount?: I32;
  /** Heads of keys and values; the task is all heads of their groups. */
  readonly keyHeads: KeyHeads;
  /** Positions first…end - 1 of a row; none leaves the heads' places as they are. */
  readonly first: I32;
  end(row: I32): I32;
  /** What this worker goes on with in the row, to be fetched ahead: heads' positions from `first` up to the row's `last`. */
  readonly next?: { readonly keyHeads: KeyHeads; readonly first: I32; readonly last: I32 };
  /** Whether nothing has been fetched of the task itself. */
  readonly cold?: I32;
  /** Where a head's weighted values are summed up; those of neighbouring heads so many bytes apart. */
  place(row: I32, head: I32): Pointer;
  readonly headBytes: number;
  /** Called once for each row and head at the end, with its highest score and the sum of e^(score - highest). */
  finish(row: I32, head: I32, place: Pointer, statistics: { readonly highest: F32; readonly sum: F32 }): void;
}

/** What the parts of a task share. */
export interface Work extends PagedTask {
  readonly p: PagedParameters;
  readonly variant: PagedAttentionVariant;
  readonly layout: ReturnType<typeof scratchLayout>;
  /** This worker's scratch. */
  readonly own: Pointer;
  readonly firstHead: I32;
  readonly headCount: I32;
  /** Called once for each position and tile. */
  fetch(positions: number): void;
}

/** One row with one head of keys and values of a task. */
export interface GroupWork extends Work {
  /** Whether the block of this head has been packed. */
  readonly packed: boolean;
  readonly keyHead: I32;
  /** The first of its heads, and that among those of all the task's rows. */
  readonly head: I32;
  readonly inTask: I32;
}
