#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../version.ts';
import { registerTrain } from './train.ts';

const program = new Command('jingqi')
  .description('The DeepSeek system in TypeScript: train, ask and serve models with latent attention and experts.')
  .version(version, '-v, --version', 'print the version')
  .showHelpAfterError();

registerTrain(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`jingqi: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
