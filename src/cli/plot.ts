import type { Command } from 'commander';
import { platform } from '../platform/index.ts';
import { checkpointDirectory, MODEL_LOG, plotTraining, RUN_LOG, readLog } from '../training/index.ts';

export function registerPlot(program: Command): void {
  program
    .command('plot')
    .description('draw loss, learning rate and expert load of a training run as SVG pictures')
    .argument('<directory>', 'a training run (runs/nano) or a model exported from one (models/nano)')
    .option('--out <dir>', 'where the pictures go (default: plots/ in the directory)')
    .action(async (directory: string, flags: { out?: string }) => {
      const out = flags.out ?? `${directory}/plots`;
      for (const path of await writePlots(directory, out)) process.stdout.write(`${path}\n`);
    });
}

/** Draws the log of a run or an exported model; yields the paths of the pictures. */
export async function writePlots(directory: string, out: string): Promise<string[]> {
  const { files } = platform();
  const candidates = [`${directory}/${RUN_LOG}`, `${directory}/${MODEL_LOG}`];
  const found = await Promise.all(candidates.map((path) => files.exists(path)));
  const log = candidates[found.indexOf(true)];
  if (log === undefined) throw new Error(`${directory}: holds neither ${RUN_LOG} (a run) nor ${MODEL_LOG} (a model)`);
  const pictures = plotTraining(readLog(await files.readText(log), log), await mainLayers(directory));
  await files.makeDirectory(out);
  const paths: string[] = [];
  for (const [name, picture] of Object.entries(pictures)) {
    await files.writeAtomic(`${out}/${name}`, picture);
    paths.push(`${out}/${name}`);
  }
  return paths;
}

/** Layers of the main model where its config stands beside the log; a run has none before its first checkpoint. */
async function mainLayers(directory: string): Promise<number | undefined> {
  const { files } = platform();
  for (const path of [`${directory}/config.json`, `${checkpointDirectory(directory)}/config.json`]) {
    if (!(await files.exists(path))) continue;
    const layers = (JSON.parse(await files.readText(path)) as { num_hidden_layers?: unknown }).num_hidden_layers;
    if (typeof layers === 'number') return layers;
  }
  return undefined;
}
