import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedModel, loadModel } from '../src/checkpoint/index.ts';
import {
  type AttentionForm,
  allocateExpertPairs,
  allocateRotaryTable,
  cacheWidth,
  decodeCached,
  decodeDocuments,
  type ExpertPairs,
  predictDocuments,
  vocabularyLogits,
} from '../src/model/index.ts';
import {
  createRuntime,
  type RotaryTable,
  type Routing,
  type Runtime,
  type RuntimeOptions,
  record,
  type Tensor,
} from '../src/tensor/index.ts';

/** Positions that a golden's tokens and continuation can take. */
const POSITIONS = 48;

export type Matrix = number[][];

/** The experts of one position and their weights, by expert. */
export type Chosen = ReadonlyMap<number, number>;

export interface Golden {
  readonly tokens: number[];
  readonly logits_last_by_prefix: Matrix;
}

export function readGolden<G extends Golden>(directory: string): G {
  return JSON.parse(readFileSync(join(directory, 'golden.json'), 'utf8'));
}

/** A model in the memory of a runtime. */
export interface Subject extends LoadedModel {
  readonly runtime: Runtime;
  readonly table: RotaryTable;
  /** Lets steps of up to 8 rows go through their experts without sorting, as generation does. */
  readonly pairs: ExpertPairs | undefined;
}

export async function openSubject(directory: string, options: RuntimeOptions): Promise<Subject> {
  const runtime = await createRuntime({ memoryBytes: 2 ** 26, ...options });
  const model = await loadModel(runtime, directory);
  const { config } = model;
  const table = allocateRotaryTable(runtime, config, POSITIONS);
  return { ...model, runtime, table, pairs: allocateExpertPairs(runtime, config) };
}

export interface CachedRun {
  readonly form: AttentionForm;
  readonly pageSize: number;
  /** Rows of a step while the given tokens are read; the continuation takes one row a step. */
  readonly chunk: number;
  /** Another sequence takes a row of every step before the one that is looked at. */
  readonly company?: boolean;
}

/** What the model did, by position (of the given tokens) and by layer. */
export interface Observed {
  readonly logits: Matrix;
  readonly layers: readonly {
    readonly attention: Matrix;
    readonly block: Matrix;
    /** Rows of the cache. */
    readonly cached: Matrix;
    readonly chosen: Chosen[];
  }[];
  readonly greedy: number[];
}

function rowsOf(runtime: Runtime, tensor: Tensor): Matrix {
  const values = runtime.read(tensor);
  return Array.from({ length: tensor.rows }, (_, row) => [
    ...values.subarray(row * tensor.columns, (row + 1) * tensor.columns),
  ]);
}

function chosenBy(runtime: Runtime, routing: Routing | undefined): Chosen[] {
  if (routing === undefined) return [];
  const [indices, weights] = [rowsOf(runtime, routing.indices), rowsOf(runtime, routing.weights)];
  return indices.map((row, at) => new Map(row.map((expert, choice) => [expert, weights[at]![choice]!])));
}

export function argmax(values: readonly number[]): number {
  return values.reduce((best, value, at) => (value > values[best]! ? at : best), 0);
}

/** A cache whose pages lie in memory in an order of no meaning, two sequences' pages mixed. */
function scatteredPages(pageSize: number): { table: number[]; perSequence: number; pages: number } {
  const perSequence = POSITIONS / pageSize;
  const pages = 2 * perSequence + 1;
  const step = [7, 5, 3, 2].find((candidate) => pages % candidate !== 0)!;
  // Page 0 stays unused, so that a forgotten entry of the table is noticed.
  const order = Array.from({ length: pages }, (_, at) => ((at + 1) * step) % pages).filter((page) => page !== 0);
  return { table: order.slice(0, 2 * perSequence), perSequence, pages };
}

/** Reads `tokens` through the paged cache, in steps of `chunk` rows, then continues greedily. */
export function runCached(subject: Subject, tokens: readonly number[], greedySteps: number, run: CachedRun): Observed {
  const { runtime, config, parameters, table, pairs } = subject;
  const { form, pageSize, chunk } = run;
  const company = run.company ? 1 : 0;
  const pages = scatteredPages(pageSize);
  const pageTable = runtime.allocate('page table', [2, pages.perSequence], 'i32');
  runtime.write(pageTable, pages.table);
  const caches = parameters.layers.map((_, layer) =>
    runtime.allocate(`cache ${layer}`, [pages.pages * pageSize, cacheWidth(config)]),
  );
  const recordStep = (rows: number) => {
    const [ids, positions, sequences] = ['ids', 'positions', 'sequences'].map((name) =>
      runtime.allocate(name, [rows], 'i32'),
    ) as [Tensor, Tensor, Tensor];
    const program = record(runtime, () => {
      const paged = { pageTable, sequences, positions, pageSize };
      const output = decodeCached(
        {
          ids,
          rotary: { positions, table },
          rows: { symbol: 'rows', scale: 1, maximum: rows },
          caches: caches.map((cache) => ({ form, cache, rows: paged })),
          pairs,
        },
        parameters,
        config,
      );
      return { logits: vocabularyLogits(output.hidden, parameters), layers: output.layers };
    });
    return { program, ids, positions, sequences, rows };
  };
  const prefill = recordStep(chunk + company);
  const single = chunk === 1 ? prefill : recordStep(1 + company);

  const logits: Matrix = [];
  const layers = caches.map(() => ({ attention: [] as Matrix, block: [] as Matrix, chosen: [] as Chosen[] }));
  const advance = (step: typeof prefill, next: readonly number[], first: number) => {
    const padded = (values: readonly number[]) => [...values, ...new Array(step.rows - values.length).fill(0)];
    const companyOf = (value: number) => (company === 0 ? [] : [value]);
    runtime.write(step.ids, padded([...companyOf(first % 5), ...next]));
    runtime.write(step.positions, padded([...companyOf(Math.ceil(first / chunk)), ...next.map((_, at) => first + at)]));
    runtime.write(step.sequences, padded([...companyOf(0), ...next.map(() => 1)]));
    const rows = company + next.length;
    step.program.setRows('rows', rows);
    step.program.replay();
    const { outputs } = step.program;
    const own = <T>(values: readonly T[]) => values.slice(company, rows);
    logits.push(...own(rowsOf(runtime, outputs.logits)));
    for (const [layer, { attention, hidden, routing }] of outputs.layers.entries()) {
      layers[layer]!.attention.push(...own(rowsOf(runtime, attention)));
      layers[layer]!.block.push(...own(rowsOf(runtime, hidden)));
      layers[layer]!.chosen.push(...own(chosenBy(runtime, routing)));
    }
  };
  for (let at = 0; at < tokens.length; at += chunk) advance(prefill, tokens.slice(at, at + chunk), at);
  const greedy: number[] = [];
  for (let at = 0; at < greedySteps; at += 1) {
    greedy.push(argmax(logits.at(-1)!));
    if (at + 1 < greedySteps) advance(single, greedy.slice(-1), tokens.length + at);
  }
  const slots = tokens.map(
    (_, at) => pages.table[pages.perSequence + Math.floor(at / pageSize)]! * pageSize + (at % pageSize),
  );
  const given = <T>(values: readonly T[]) => values.slice(0, tokens.length);
  const observed = {
    logits: given(logits),
    layers: layers.map(({ attention, block, chosen }, layer) => {
      const cached = rowsOf(runtime, caches[layer]!);
      return {
        attention: given(attention),
        block: given(block),
        chosen: given(chosen),
        cached: slots.map((slot) => cached[slot]!),
      };
    }),
    greedy,
  };
  for (const { program, ids, positions, sequences } of new Set([prefill, single])) {
    program.release();
    for (const tensor of [ids, positions, sequences]) runtime.release(tensor);
  }
  for (const tensor of [pageTable, ...caches]) runtime.release(tensor);
  return observed;
}

/** What documents packed into one batch gave, document by document. */
export interface ObservedDocument {
  readonly logits: Matrix;
  readonly chosen: Chosen[][];
  /** Of the first prediction module, where there is one: its logits after token p and p + 1, and its experts. */
  readonly prediction: { readonly logits: Matrix; readonly chosen: Chosen[] } | undefined;
}

/** The training path over several documents in one batch, recorded as for training. */
export function runDocuments(subject: Subject, documents: readonly (readonly number[])[]): ObservedDocument[] {
  const { runtime, config, parameters, table } = subject;
  const rows = documents.reduce((sum, { length }) => sum + length, 0);
  const input = (name: string, values: readonly number[]) => {
    const tensor = runtime.allocate(name, [rows], 'i32');
    runtime.write(tensor, values);
    return tensor;
  };
  const starts = documents.map((_, at) => documents.slice(0, at).reduce((sum, { length }) => sum + length, 0));
  const bounds = documents.flatMap(({ length }, at) => new Array(length).fill(starts[at]!));
  const ids = input('ids', documents.flat());
  const nextIds = input(
    'next ids',
    documents.flatMap((tokens) => [...tokens.slice(1), 0]),
  );
  const positions = input(
    'positions',
    documents.flatMap((tokens) => tokens.map((_, at) => at)),
  );
  const start = input('start', bounds);
  const end = input(
    'end',
    documents.flatMap(({ length }, at) => new Array(length).fill(starts[at]! + length)),
  );
  const program = record(
    runtime,
    () => {
      const longest = Math.max(...documents.map(({ length }) => length));
      const step = { ids, rotary: { positions, table }, rows, documents: { start, end, longest } };
      const { hidden, layers } = decodeDocuments(step, parameters, config);
      const [module] = parameters.predictions;
      const predicted = module && predictDocuments(step, hidden, nextIds, module, config.layers, parameters, config);
      return {
        logits: vocabularyLogits(hidden, parameters),
        routing: layers.map(({ routing }) => routing),
        prediction: predicted && {
          logits: vocabularyLogits(predicted.hidden, parameters),
          routing: predicted.experts?.routing,
        },
      };
    },
    { gradients: true },
  );
  program.replay();
  const { outputs } = program;
  const logits = rowsOf(runtime, outputs.logits);
  const chosen = outputs.routing.map((routing) => chosenBy(runtime, routing));
  const predicted = outputs.prediction && {
    logits: rowsOf(runtime, outputs.prediction.logits),
    chosen: chosenBy(runtime, outputs.prediction.routing),
  };
  program.release();
  for (const tensor of [ids, nextIds, positions, start, end]) runtime.release(tensor);
  return documents.map(({ length }, at) => {
    const own = <T>(values: readonly T[], count = length) => values.slice(starts[at]!, starts[at]! + count);
    return {
      logits: own(logits),
      chosen: chosen.map((layer) => own(layer)),
      prediction: predicted && { logits: own(predicted.logits, length - 1), chosen: own(predicted.chosen, length - 1) },
    };
  });
}

/** Largest difference of any element; NaN counts as infinite, another shape throws. */
export function largestDifference(
  ours: readonly (readonly number[])[],
  theirs: readonly (readonly number[])[],
): number {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rows where the golden has ${theirs.length}`);
  let largest = 0;
  for (const [at, row] of ours.entries()) {
    const expected = theirs[at]!;
    if (row.length !== expected.length) throw new Error(`row ${at}: ${row.length} columns, not ${expected.length}`);
    for (const [column, value] of row.entries()) {
      const difference = Math.abs(value - expected[column]!);
      largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  }
  return largest;
}
