import { type BenchRow, figure, median, row } from '../bench.ts';
import type { Subject } from '../subject.ts';
import type { Generated, GenerationTask, Loaded } from '../subjects/real-tasks.ts';
import { type SyntheticModel, syntheticTitle, weightBytesPerToken } from '../synthetic-gguf.ts';
import type { TaskName } from './real.ts';
import type { SideName } from './real-options.ts';

/** A result with what was asked for. */
export type Measured = Generated & { readonly task: GenerationTask };

/** One of those who run a model, with what has been measured so far. */
export interface Side {
  readonly name: SideName;
  start(): Promise<Subject<unknown>>;
  readonly results: Map<TaskName, readonly Measured[]>;
  readonly loads: Loaded[];
  /** Bytes resident at most, by session. */
  readonly peaks: number[];
  /** Why it cannot run the model. */
  failure?: string;
}

/** Work of others, in processors, up to which a measurement counts as undisturbed. */
export const QUIET = 0.15;

interface Speed {
  readonly title: string;
  readonly task: TaskName;
  readonly part: 'prefill' | 'decode';
  /** Least ratio to llama.cpp that is aimed at. */
  readonly target: Readonly<Partial<Record<SideName, number>>>;
}

const SPEEDS: readonly Speed[] = [
  { title: 'prefill 512', task: 'prefill', part: 'prefill', target: { native: 2.5, wasm: 1 } },
  { title: 'prefill 2048', task: 'long', part: 'prefill', target: {} },
  { title: 'decode after 32', task: 'short', part: 'decode', target: { native: 1.15, wasm: 1 } },
  { title: 'decode after 2048', task: 'long', part: 'decode', target: { native: 1.8, wasm: 1.4 } },
  { title: '8 sequences in step', task: 'eight', part: 'decode', target: { native: 2 } },
];

/** Bytes that a V2-Lite-shaped model in Q4_0 may have resident. */
const RESIDENT_LIMIT = 10.5e9;

/**
 * The rows of one model: each of our targets beside llama.cpp, or llama.cpp by itself where nothing else ran. Targets hold
 * for models of their full depth.
 */
export function realRows(model: SyntheticModel, fileBytes: number, sides: readonly Side[]): BenchRow[] {
  const peer = sides.find(({ name }) => name === 'llama.cpp');
  const ours = sides.filter(({ name }) => name !== 'llama.cpp');
  const whole = model.layers === undefined;
  const title = syntheticTitle(model);
  if (ours.length === 0) return peer === undefined ? [] : rowsOf(title, peer, undefined, { whole: false, fileBytes });
  return ours.flatMap((side) => rowsOf(title, side, peer, { whole, fileBytes, model }));
}

function rowsOf(
  title: string,
  side: Side,
  peer: Side | undefined,
  { whole, fileBytes, model }: { whole: boolean; fileBytes: number; model?: SyntheticModel },
): BenchRow[] {
  const named = (what: string) => `${title}, ${what}, ${side.name}`;
  const against = peer === undefined || peer.failure !== undefined ? undefined : peer;
  const speeds = SPEEDS.map(({ title: what, task, part, target }) => {
    const own = speedOf(side, task, part, model);
    const other = against && speedOf(against, task, part, model);
    return row({
      name: named(what),
      ours: own.rate,
      ...(other === undefined ? {} : { peer: other.rate }),
      unit: 'tokens/s',
      ...(whole && other !== undefined && target[side.name] !== undefined ? { target: target[side.name]! } : {}),
      note: `${own.note}${other === undefined ? '' : `; llama.cpp: ${other.note}`}`,
    });
  });
  const loading = medianOf(side.loads.map(({ seconds }) => seconds));
  const resident = Math.max(
    ...side.loads.map(({ memory }) => memory.resident),
    side.loads.length === 0 ? Number.NaN : 0,
  );
  const peak = side.peaks.length === 0 ? Number.NaN : Math.max(...side.peaks);
  const limited = whole && model?.shape === 'v2-lite' ? { target: RESIDENT_LIMIT / 1e9 } : {};
  const gigabytes = (bytes: number) => `${figure(bytes / 1e9)} GB`;
  const theirs = (bytes: number | undefined) => (bytes === undefined ? {} : { note: `llama.cpp: ${gigabytes(bytes)}` });
  return [
    ...speeds,
    row({
      name: named('loading, warm cache'),
      ours: loading,
      ...(against === undefined ? {} : { peer: medianOf(against.loads.map(({ seconds }) => seconds)) }),
      unit: 's',
      better: 'less',
      ...(whole && against !== undefined ? { target: 1 } : {}),
      note: `file of ${gigabytes(fileBytes)}`,
    }),
    row({
      name: named('resident after loading'),
      ours: resident / 1e9,
      unit: 'GB',
      better: 'less',
      ...limited,
      ...theirs(against && Math.max(...against.loads.map(({ memory }) => memory.resident))),
    }),
    row({
      name: named('resident at most'),
      ours: peak / 1e9,
      unit: 'GB',
      better: 'less',
      ...limited,
      ...theirs(against && Math.max(...against.peaks)),
    }),
  ];
}

const medianOf = (values: readonly number[]) => (values.length === 0 ? Number.NaN : median(values));

/** Tokens a second by the median of the undisturbed results, of all where there are too few of these. */
function speedOf(
  side: Side,
  name: TaskName,
  part: Speed['part'],
  model: SyntheticModel | undefined,
): { rate: number; note: string } {
  const all = side.results.get(name) ?? [];
  if (all.length === 0) return { rate: Number.NaN, note: side.failure ?? 'not measured' };
  const quiet = all.filter(({ others }) => others <= QUIET);
  const used = quiet.length >= 2 ? quiet : all;
  const { sequences, prompt, steps } = all[0]!.task;
  const tokens = sequences * (part === 'prefill' ? prompt : steps);
  const rates = (of: (result: Measured) => number) => used.map((result) => tokens / of(result));
  const whole = rates((result) => result[part]);
  const inside = median(rates((result) => result.inside[part]));
  const worst = Math.max(...used.map(({ others }) => others));
  const notes = [
    `${figure(Math.min(...whole))} to ${figure(Math.max(...whole))} in ${used.length}, ${figure(inside)} in the model alone`,
  ];
  if (part === 'decode') notes.push(`a step ${percentiles(used.flatMap((result) => [...result.steps]))} ms`);
  const read = model === undefined || part === 'prefill' ? undefined : shareOfReading(used, model);
  if (read !== undefined) notes.push(read);
  if (sequences > 1) notes.push(`${figure(median(used.map(({ distinct }) => distinct)))} tokens of a step differ`);
  if (worst > QUIET) notes.push(`disturbed: others took up to ${figure(worst)} processors`);
  return { rate: median(whole), note: notes.join(', ') };
}

/** How near the steps of one sequence came to reading what they need; several sequences share some of it. */
function shareOfReading(used: readonly Measured[], model: SyntheticModel): string | undefined {
  const shares = used.flatMap(({ reading, task: { sequences, prompt, steps }, inside }) => {
    if (reading === undefined || sequences > 1) return [];
    const bytes = weightBytesPerToken(model) + reading.cacheBytesPerToken * (prompt + steps / 2);
    const { bytesPerSecond } = reading;
    return [{ share: (bytes * steps) / inside.decode / bytesPerSecond, bytesPerSecond }];
  });
  if (shares.length === 0) return undefined;
  const percent = figure(100 * median(shares.map(({ share }) => share)));
  const speed = figure(median(shares.map(({ bytesPerSecond }) => bytesPerSecond)) / 1e9);
  return `${percent} % of the speed of reading, ${speed} GB/s then`;
}

/** 10th, 50th and 90th percentile of seconds, in milliseconds. */
function percentiles(seconds: readonly number[]): string {
  const sorted = [...seconds].sort((a, b) => a - b);
  return [0.1, 0.5, 0.9].map((part) => figure(1000 * sorted[Math.floor((sorted.length - 1) * part)]!)).join('/');
}
