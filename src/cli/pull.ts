import { type Command, InvalidArgumentError } from 'commander';
import { HubError, hubSettings, hubSource, type PullPlan, planPull, pullModel } from '../hub/index.ts';
import { formatBytes } from '../tensor/index.ts';
import { withProgress } from './locate.ts';
import { count } from './pull-progress.ts';

interface Flags {
  readonly revision: string;
  readonly file?: string;
  readonly dryRun?: boolean;
  readonly parallel: number;
}

export function registerPull(program: Command): void {
  program
    .command('pull')
    .description('fetch a model of the hub into the cache that is shared with Hugging Face’s tools; prints its path')
    .argument('<model>', 'organisation/name; with :Q4_K_M or :file.gguf for one of several GGUF files')
    .option('--revision <name>', 'branch, tag or commit', 'main')
    .option('--file <name>', 'which GGUF file: its name, a pattern with * and ?, or a quantisation as Q4_K_M')
    .option('--dry-run', 'print what would be fetched, and fetch nothing')
    .option('--parallel <n>', 'files fetched at once', parallelArgument, 4)
    .addHelpText('after', VARIABLES)
    .action(async (model: string, { dryRun, ...flags }: Flags) => {
      await (dryRun ? printPlan(model, flags) : pull(model, flags));
    });
}

const VARIABLES = `
Environment variables:
  HF_TOKEN        token for gated and private models (else the file that \`hf auth login\` writes)
  HF_HUB_CACHE    directory of the cache (default HF_HOME/hub, and HF_HOME is ~/.cache/huggingface by default)
  HF_ENDPOINT     address of a mirror in place of https://huggingface.co
  HF_HUB_OFFLINE  1: never ask the network`;

function parallelArgument(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > 64) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 64.');
  }
  return Number(text);
}

async function pull(model: string, flags: Flags): Promise<void> {
  const pulled = await withProgress((hooks) => pullModel(model, { ...flags, ...hooks }));
  const { name, revision, commit, files, size, fetched } = pulled;
  const what = `${revision === commit ? 'commit' : `${revision} is commit`} ${commit.slice(0, 7)}, ${count(files)}, ${formatBytes(size)}`;
  const how = fetched === 0 ? 'is there already' : `fetched ${formatBytes(fetched)}`;
  process.stderr.write(fetched === 0 ? `${name} ${how} (${what})\n` : `${name}: ${how} (${what})\n`);
  process.stdout.write(`${pulled.path}\n`);
}

async function printPlan(model: string, { revision, file }: Flags): Promise<void> {
  const settings = await hubSettings();
  const source = hubSource(model, file);
  if (settings.offline) {
    throw new HubError('offline', `HF_HUB_OFFLINE is set, so the hub cannot be asked for the files of ${source.name}`);
  }
  const plan = await withProgress((hooks) => planPull(settings, source, revision, hooks));
  process.stdout.write(planText(plan));
  const needed = plan.size - plan.there;
  if (plan.free !== undefined && needed > plan.free) {
    process.stderr.write(`jingqi: ${formatBytes(needed)} are needed, but only ${formatBytes(plan.free)} are free\n`);
  }
}

/** One line a file: size, name, what of it is there. */
function planText({ name, revision, commit, files, size, there, path, free }: PullPlan): string {
  const lines = files.map((file) => {
    const state = file.there === file.size ? '  (there)' : file.there > 0 ? `  (${formatBytes(file.there)} there)` : '';
    return `${formatBytes(file.size).padStart(10)}  ${file.path}${state}`;
  });
  const disk = free === undefined ? '' : `; ${formatBytes(free)} are free`;
  return [
    `${name}, ${revision} (commit ${commit})`,
    ...lines,
    `${formatBytes(size).padStart(10)}  in ${count(files.length)}, ${formatBytes(size - there)} to fetch${disk}`,
    `to ${path}`,
    '',
  ].join('\n');
}
