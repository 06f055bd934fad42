import { HubError } from './problems.ts';

/** A model of the hub as it is written: `organisation/name`, `organisation/name:Q4_K_M`, `organisation/name:file.gguf`. */
export interface HubSource {
  readonly name: string;
  /** A file's name, a pattern with `*` and `?`, or a quantisation. */
  readonly file: string | undefined;
}

const PART = '[A-Za-z0-9_][\\w.-]*';
const SOURCE = new RegExp(`^(${PART}/${PART})(?::(.+))?$`, 's');

/** Undefined where the text is no name of a repository. The hub allows neither `--` nor `..` in names. */
export function parseHubSource(text: string): HubSource | undefined {
  const [, name, file] = SOURCE.exec(text) ?? [];
  if (name === undefined || /--|\.\.|[.-]$|[.-]\//.test(name) || name.length > 200) return undefined;
  return { name, file };
}

/** As {@link parseHubSource}, with an explanation. `file` is what an option says; the source may say it too, but not both. */
export function hubSource(text: string, file: string | undefined): HubSource {
  const source = parseHubSource(text);
  if (source === undefined) {
    const hint = /^https?:\/\//.test(text) ? ': leave out the address of the hub' : '';
    throw new HubError('source', `'${text}' is no repository of the hub, such as deepseek-ai/DeepSeek-V2-Lite${hint}`);
  }
  if (file === undefined) return source;
  if (source.file !== undefined && source.file !== file) {
    throw new HubError('source', `'${text}' names a file, and another one is asked for: ${file}`);
  }
  return { name: source.name, file };
}
