import { indexScoreColumns, indexScores, selectPositions } from '../../kernels/indexer.ts';
import { recorder, rowsOf } from '../record.ts';
import type { Tensor } from '../tensor.ts';
import type { PagedRows } from './attention-paged.ts';
import { type CachePart, cacheFormatOf } from './cache.ts';

export interface ChosenPositions {
  /** [rows, heads · dim] */
  readonly query: Tensor;
  /** [rows, heads]: what each head's score counts. */
  readonly weights: Tensor;
  readonly key: CachePart;
  readonly rows: PagedRows;
  /** Most positions that a row may see. */
  readonly chosen: number;
}

/**
 * The positions that rows see in sparse attention, as rows of `pagedAttention`: of each row's positions up to its own
 * those that the lightning indexer scores highest. See kernels/indexer.ts.
 */
export function choosePositions({ query, weights, key, rows, chosen }: ChosenPositions): PagedRows {
  const { pageTable, sequences, positions, pageSize } = rows;
  const { rowCount } = query;
  const columns = indexScoreColumns(pageTable.columns * pageSize);
  const scores = recorder().empty([query.rows, columns], { name: 'indexer scores', rowCount });
  const paged = { pageTable, sequences, positions, rows: rowsOf(query), tableStride: pageTable.stride };
  const [heads, dim] = [weights.columns, key.shape.dim];
  recorder().call(indexScores({ heads, dim, pageSize, memory: cacheFormatOf(key.values) }), {
    scores,
    query,
    weights,
    key: key.values,
    keyScales: key.scales ?? 0,
    ...paged,
    scoresStride: columns,
    queryRowStride: query.stride,
    weightsRowStride: weights.stride,
    keySlotStride: key.values.stride,
  });
  const integers = (name: string, width: number) =>
    recorder().empty([query.rows, width], { name, dtype: 'i32', rowCount });
  const [slots, tables, last] = [
    integers('chosen slots', chosen),
    integers('rows of chosen slots', 1),
    integers('last chosen slots', 1),
  ];
  recorder().call(selectPositions({ chosen, pageSize }), {
    slots,
    tables,
    last,
    scores,
    ...paged,
    pages: Math.floor(key.values.rows / pageSize),
    scoresStride: columns,
  });
  return { pageTable: slots, sequences: tables, positions: last, pageSize: 1 };
}
