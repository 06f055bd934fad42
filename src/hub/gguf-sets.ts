import { READABLE_TYPES } from '../checkpoint/block-formats.ts';
import { formatBytes } from '../tensor/index.ts';
import { HubError } from './problems.ts';

interface NamedFile {
  readonly path: string;
  readonly size: number;
}

/** A GGUF model in one file, or in several that belong together. */
export interface GgufSet<File extends NamedFile = NamedFile> {
  /** Its path without `-00001-of-00003`, as it is shown and chosen. */
  readonly path: string;
  /** In order. */
  readonly files: readonly File[];
  /** How many there should be. */
  readonly parts: number;
  /** Bytes. */
  readonly size: number;
  /** What its name says of its quantisation, as `Q4_K_M`; undefined where it says nothing. */
  readonly quantisation: string | undefined;
}

const SPLIT = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/is;
const QUANTISATION = /(?:^|[-._/])((?:IQ|TQ|Q)\d+(?:_[A-Z0-9]+)*|BF16|F16|F32|FP16|FP32|MXFP4(?:_[A-Z]+)*)$/i;
/** Files that are no language model: what a model sees pictures with, what a quantisation was weighed by. */
const BESIDE = /(?:^|[-._/])(?:mmproj|imatrix)/i;

/** The models among GGUF files, sorted by name. */
export function ggufSets<File extends NamedFile>(files: readonly File[]): GgufSet<File>[] {
  const sets = new Map<string, { parts: number; files: { part: number; file: File }[]; path: string }>();
  for (const file of files) {
    if (!/\.gguf$/i.test(file.path)) continue;
    const [, stem, part, parts, ending] = SPLIT.exec(file.path) ?? [];
    const key = stem === undefined ? file.path : `${stem}-of-${parts}${ending}`;
    const path = stem === undefined ? file.path : `${stem}${ending}`;
    const set = sets.get(key) ?? { parts: Number(parts ?? 1), files: [], path };
    sets.set(key, set);
    set.files.push({ part: Number(part ?? 1), file });
  }
  return [...sets.values()]
    .map(({ parts, files: found, path }) => {
      const ordered = found.sort((a, b) => a.part - b.part).map(({ file }) => file);
      const quantisation = QUANTISATION.exec(stemOf(path))?.[1]?.toUpperCase();
      return { path, files: ordered, parts, size: ordered.reduce((sum, { size }) => sum + size, 0), quantisation };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const stemOf = (path: string) => path.replace(/\.gguf$/i, '');

/**
 * The set that `wanted` names (a path, a file's name, a pattern, a quantisation at the end of the name; case does not
 * matter), or the only one there is.
 * @throws {HubError} with the list where none fits or several do.
 */
export function chooseGguf<Set extends GgufSet>(name: string, sets: readonly Set[], wanted: string | undefined): Set {
  if (wanted === undefined) {
    const models = sets.filter(({ path }) => !BESIDE.test(path));
    const [only, second] = models;
    if (only !== undefined && second === undefined) return only;
    const problem = models.length === 0 ? 'holds no model among its GGUF files' : 'holds several GGUF models';
    throw new HubError('choice', `${name} ${problem}; choose one, as ${example(name, models)}:\n${list(sets)}`);
  }
  const fitting = fits(sets, wanted);
  const [only, second] = fitting;
  if (only !== undefined && second === undefined) return only;
  if (only !== undefined) {
    throw new HubError('choice', `'${wanted}' fits several files of ${name}; say more of the name:\n${list(fitting)}`);
  }
  throw new HubError('no-file', `'${wanted}' fits no GGUF file of ${name}, which has:\n${list(sets)}`);
}

function fits<Set extends GgufSet>(sets: readonly Set[], wanted: string): Set[] {
  const text = wanted.toLowerCase();
  const exact = sets.filter((set) => names(set).includes(text));
  if (exact.length > 0) return exact;
  if (/[*?]/.test(text)) {
    const pattern = new RegExp(
      `^${text
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
      's',
    );
    return sets.filter((set) => names(set).some((name) => pattern.test(name)));
  }
  return sets.filter(({ path }) => {
    const stem = stemOf(path).toLowerCase();
    return stem.endsWith(text) && /[-._/]/.test(stem.at(-text.length - 1) ?? '/');
  });
}

/** By which a set can be called: with its parts' numbers and without, with folders and without. */
function names({ path, files }: GgufSet): string[] {
  return [path, ...files.map((file) => file.path)].flatMap((full) => {
    const lower = full.toLowerCase();
    return [lower, lower.slice(lower.lastIndexOf('/') + 1)];
  });
}

/** @throws {HubError} where a part is absent. */
export function checkGgufSet(name: string, { path, files, parts }: GgufSet): void {
  if (files.length === parts) return;
  throw new HubError('no-file', `${name}: of ${path} there are ${files.length} of ${parts} parts`);
}

/** What most people want, where it is there. */
function example(name: string, models: readonly GgufSet[]): string {
  const readable = models.filter(({ quantisation }) => quantisation === undefined || isReadable(quantisation));
  const set = readable.find(({ quantisation }) => quantisation === 'Q4_K_M') ?? readable[0];
  return `${name}:${set?.quantisation ?? set?.path ?? 'Q4_K_M'}`;
}

/** One line a set: name, size, number of parts. */
function list(sets: readonly GgufSet[]): string {
  const width = Math.max(...sets.map(({ path }) => path.length));
  return sets
    .map(({ path, size, parts, quantisation }) => {
      const notes = [
        ...(parts > 1 ? [`${parts} files`] : []),
        ...(quantisation === undefined || isReadable(quantisation) ? [] : ['cannot be opened here']),
        ...(BESIDE.test(path) ? ['not a language model'] : []),
      ];
      return `  ${path.padEnd(width)}  ${formatBytes(size).padStart(9)}${notes.length > 0 ? `  (${notes.join(', ')})` : ''}`;
    })
    .join('\n');
}

/** Q4_K_M and its like are mixtures, named after the type of most tensors. */
function isReadable(quantisation: string): boolean {
  const name = quantisation.replace(/^FP/, 'F');
  return READABLE_TYPES.some((type) => name === type || name.startsWith(`${type}_`));
}
