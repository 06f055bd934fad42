import type { Command } from 'commander';
import pc from 'picocolors';
import { type Recipe, recipes, type StepReport, train } from '../training/index.ts';

interface Flags {
  readonly recipe: string;
  readonly directory?: string;
  readonly resume?: boolean;
  readonly workers?: string;
  readonly steps?: string;
  readonly products?: string;
  readonly seed?: string;
  readonly saveEvery: string;
}

export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('train a model from scratch on the procedural tasks')
    .option('--recipe <name>', `one of ${Object.keys(recipes).join(', ')}`, 'nano')
    .option('--directory <dir>', 'where checkpoint and log go (default: runs/ and the recipe’s name)')
    .option('--resume', 'go on from the checkpoint in the directory')
    .option('--workers <n>', 'threads (default: all processors)')
    .option('--steps <n>', 'steps of the whole run, instead of the recipe’s')
    .option('--products <precision>', 'operands of linear layers: f32 or bf16, instead of the recipe’s')
    .option('--seed <n>', 'draws other weights and problems, instead of the recipe’s')
    .option('--save-every <n>', 'steps between checkpoints', '200')
    .action(async (flags: Flags) => {
      const recipe = recipeOf(flags);
      const stop = new AbortController();
      process.once('SIGINT', () => {
        process.stderr.write('\nSaving after this step; press Ctrl-C again to end at once.\n');
        stop.abort();
        process.once('SIGINT', () => process.exit(130));
      });
      const directory = flags.directory ?? `runs/${recipe.name}`;
      const progress = new ProgressLine();
      const state = await train({
        recipe,
        directory,
        resume: flags.resume ?? false,
        saveEvery: positive(flags.saveEvery, '--save-every'),
        ...(flags.workers === undefined ? {} : { workers: positive(flags.workers, '--workers') }),
        onStep: (report, { schedule }) => progress.show(report, schedule.steps),
        onNote: (text) => process.stderr.write(`${text}\n`),
        signal: stop.signal,
      });
      progress.end();
      const done = state.step >= state.recipe.schedule.steps;
      process.stderr.write(
        done
          ? `Done: ${state.step} steps, ${state.tokens.toLocaleString('en')} tokens in ${clock(state.seconds)}; ${directory}\n`
          : `Saved at step ${state.step}; go on with --resume.\n`,
      );
    });
}

function recipeOf(flags: Flags): Recipe {
  const recipe = Object.hasOwn(recipes, flags.recipe) ? recipes[flags.recipe] : undefined;
  if (recipe === undefined) {
    throw new Error(`there is no recipe '${flags.recipe}'; there are ${Object.keys(recipes).join(', ')}`);
  }
  const { steps, products, seed } = flags;
  if (flags.resume && steps !== undefined) {
    throw new Error('--steps cannot change on --resume: the learning rate of the steps already done depended on it');
  }
  if (flags.resume && products !== undefined) {
    throw new Error('--products cannot change on --resume: the run goes on with what its checkpoint says');
  }
  if (flags.resume && seed !== undefined) {
    throw new Error('--seed cannot change on --resume: the run goes on with the problems that its checkpoint says');
  }
  return {
    ...recipe,
    ...(seed === undefined ? {} : { seed: positive(seed, '--seed') }),
    ...(products === undefined ? {} : { products: precisionOf(products) }),
    ...(steps === undefined ? {} : { schedule: { ...recipe.schedule, steps: positive(steps, '--steps') } }),
  };
}

function precisionOf(text: string): 'f32' | 'bf16' {
  if (text === 'f32' || text === 'bf16') return text;
  throw new Error(`--products is f32 or bf16, not '${text}'`);
}

function positive(text: string, flag: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0)) throw new Error(`${flag} needs a whole number above 0, not '${text}'`);
  return value;
}

/** One line that is rewritten on a terminal; elsewhere a line now and then. */
class ProgressLine {
  readonly #terminal = process.stderr.isTTY === true;
  #smooth: { loss: number; tokensPerSecond: number } | undefined;
  #lastSeconds: number | undefined;

  show(report: StepReport, steps: number): void {
    const seconds = report.seconds - (this.#lastSeconds ?? report.seconds - 1);
    this.#lastSeconds = report.seconds;
    const rate = report.stepTokens / Math.max(seconds, 1e-3);
    const keep = this.#smooth === undefined ? 0 : 0.9;
    const loss = keep * (this.#smooth?.loss ?? 0) + (1 - keep) * report.loss;
    const tokensPerSecond = keep * (this.#smooth?.tokensPerSecond ?? 0) + (1 - keep) * rate;
    this.#smooth = { loss, tokensPerSecond };
    const worst = Math.max(0, ...report.balance.map(({ maxOverMean }) => maxOverMean));
    const left = ((steps - report.step) * report.stepTokens) / Math.max(1, tokensPerSecond);
    const validation =
      report.validationLoss === undefined ? '' : ` ${pc.green(`validation ${report.validationLoss.toFixed(4)}`)}`;
    const line =
      `${pc.bold(`step ${report.step}/${steps}`)} loss ${loss.toFixed(4)} mtp ${report.predictionLoss.toFixed(3)} ` +
      `norm ${report.gradientNorm.toFixed(2)} ${pc.cyan(`${Math.round(tokensPerSecond)} tok/s`)} ` +
      `busiest expert ${worst.toFixed(2)}× ${pc.dim(`${clock(left)} left`)}${validation}`;
    if (this.#terminal) process.stderr.write(`\r\x1b[2K${line}${validation === '' ? '' : '\n'}`);
    else if (report.step % 20 === 0 || report.step === 1 || validation !== '') process.stderr.write(`${line}\n`);
  }

  end(): void {
    if (this.#terminal) process.stderr.write('\n');
  }
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
