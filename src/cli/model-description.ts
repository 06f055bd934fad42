import { basename, resolve } from 'node:path';
import { z } from 'zod';
import type { ModelSource } from '../inference/index.ts';

/** What a model's makers say of it, from `jingqi.json` in its directory. */
export interface ModelDescription {
  readonly name: string;
  /** One or two sentences, by language. */
  readonly text: ByLanguage<string | undefined>;
  /** What kinds of questions it was taught, with examples. */
  readonly tasks: readonly {
    readonly title: ByLanguage<string>;
    readonly examples: ByLanguage<readonly string[]>;
  }[];
}

export interface ByLanguage<T> {
  readonly en: T;
  readonly zh: T;
}

const text = z.union([z.string().transform((en) => ({ en, zh: en })), z.object({ en: z.string(), zh: z.string() })]);
const list = z.array(z.string());
const schema = z.object({
  name: z.string().min(1),
  description: text.optional(),
  tasks: z
    .array(
      z.object({
        name: z.string(),
        title: text.optional(),
        examples: z.union([list.transform((en) => ({ en, zh: en })), z.object({ en: list, zh: list })]),
      }),
    )
    .optional(),
});

/** Reads `jingqi.json` beside the weights; without it, the name is the hub's or the path's and nothing is known of tasks. */
export async function readDescription({ directory, hub, readJson }: ModelSource): Promise<ModelDescription> {
  const nothing = { en: undefined, zh: undefined };
  const json = await readJson('jingqi.json');
  if (json === undefined) return { name: hub?.name ?? basename(resolve(directory)), text: nothing, tasks: [] };
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${directory}/jingqi.json: ${issue?.path.join('.') || 'it'}: ${issue?.message}`);
  }
  const { name, description, tasks = [] } = parsed.data;
  return {
    name,
    text: description ?? nothing,
    tasks: tasks.map((task) => ({ title: task.title ?? { en: task.name, zh: task.name }, examples: task.examples })),
  };
}

/** The reader's language by the environment: Chinese where the locale says so. */
export function readerLanguage(environment: NodeJS.ProcessEnv = process.env): 'en' | 'zh' {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}
