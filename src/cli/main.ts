#!/usr/bin/env node
import { Command } from 'commander';
import { version } from '../version.ts';

const program = new Command('jingqi')
  .description('The DeepSeek system in TypeScript: train, ask and serve models with latent attention and experts.')
  .version(version, '-v, --version', 'print the version')
  .showHelpAfterError();

await program.parseAsync();
