import { platform } from '../platform/index.ts';
import { findCached } from './cached-model.ts';
import { HubError, type HubProblem } from './problems.ts';
import { type PullOptions, pullModel } from './pull.ts';
import { hubSettings } from './settings.ts';
import { type HubSource, hubSource, parseHubSource } from './source.ts';

/** Where a model lies. */
export interface ModelLocation {
  /** A directory in Hugging Face's layout, or a GGUF file. May not exist where it was given as a path. */
  readonly path: string;
  /** Where it comes from; undefined for what was given as a path. */
  readonly hub?: { readonly name: string; readonly revision: string; readonly commit: string };
}

/**
 * Finds a model by what people write: `./directory`, `file.gguf`, or `organisation/name` of the hub (with `:Q4_K_M` or
 * `:file.gguf` for one of several GGUF files). What exists as a path is one. A model of the hub is taken from the cache if
 * that has it whole, without asking the network, else it is pulled. In a browser all are addresses.
 * @throws {HubError} with what to do.
 */
export async function locateModel(text: string, options: PullOptions = {}): Promise<ModelLocation> {
  const source = await asHubSource(text, options);
  if (source === undefined) return { path: text };
  const settings = options.settings ?? (await hubSettings());
  const revision = options.revision ?? 'main';
  const cached = await findCached(settings, source, revision);
  if (cached?.hasTokenizer) return location(source.name, { ...cached, revision });
  try {
    const pulled = await pullModel(text, { ...options, settings });
    return location(pulled.name, pulled);
  } catch (error) {
    if (!(error instanceof HubError) || !NOT_FOUND.has(error.problem)) throw error;
    // Who mistyped a path should not have to guess why the hub was asked.
    throw new HubError(error.problem, `there is no file or directory ${text} here, and ${error.message}`, {
      cause: error,
    });
  }
}

const NOT_FOUND: ReadonlySet<HubProblem> = new Set(['no-repository', 'unreachable', 'offline']);

function location(
  name: string,
  { path, commit, revision }: { readonly path: string; readonly commit: string; readonly revision: string },
): ModelLocation {
  return { path, hub: { name, revision, commit } };
}

/** Undefined for paths. */
async function asHubSource(text: string, { revision, file }: PullOptions): Promise<HubSource | undefined> {
  const host = platform();
  const isPath = host.name === 'browser' || parseHubSource(text) === undefined || (await host.files.exists(text));
  if (!isPath && !/\.gguf$/i.test(parseHubSource(text)!.name)) return hubSource(text, file);
  const option = revision !== undefined ? 'revision' : file !== undefined ? 'file' : undefined;
  if (option === undefined) return undefined;
  throw new HubError(
    'source',
    `a ${option} is chosen of a model of the hub, such as organisation/name; '${text}' is a path`,
  );
}
