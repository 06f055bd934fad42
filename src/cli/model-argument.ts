import type { Command } from 'commander';
import type { ModelLocation } from '../hub/index.ts';
import { locate } from './locate.ts';
import { DEFAULT_MODEL } from './model-directory.ts';

/** What may stand for a model in every command. */
export const MODEL_HELP =
  'directory in Hugging Face layout, GGUF file, or organisation/name of the hub (with :Q4_K_M for one of several GGUF files)';

export const REVISION_HELP = 'branch, tag or commit of a model of the hub (default: main)';

/** For commands that are about a model: it may stand alone or after `--model`. */
export function addModelArgument(command: Command): Command {
  return command
    .argument('[model]', `${MODEL_HELP}; default: the model that comes with the package`)
    .option('--model <model>', 'the same as an option')
    .option('--revision <name>', REVISION_HELP);
}

export interface ModelArgumentFlags {
  readonly model?: string;
  readonly revision?: string;
}

/** Finds the model that was named. */
export function locateArgument(argument: string | undefined, flags: ModelArgumentFlags): Promise<ModelLocation> {
  if (argument !== undefined && flags.model !== undefined && argument !== flags.model) {
    throw new Error(`two models are named, '${argument}' and --model '${flags.model}': leave one out`);
  }
  return locate(argument ?? flags.model ?? DEFAULT_MODEL, { revision: flags.revision });
}
