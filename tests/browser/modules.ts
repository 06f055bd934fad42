import type { Modules, ScenarioOptions, ScenarioResult } from './scenario.ts';
import { runScenario } from './scenario.ts';

/** In a browser: the rooms as the build made them, at the addresses under which the test's server has them. */
async function builtModules(): Promise<Modules> {
  const room = (name: string) => import(`/dist/${name}/index.js`);
  const [tensor, model, checkpoint, inference, platform] = await Promise.all(
    ['tensor', 'model', 'checkpoint', 'inference', 'platform'].map(room),
  );
  return { tensor, model, checkpoint, inference, platform };
}

/** A scenario, or the text of the error that ended it: errors lose their cause on the way out of a browser. */
export async function runBuilt(options: ScenarioOptions): Promise<ScenarioResult | { readonly error: string }> {
  try {
    return await runScenario(await builtModules(), options);
  } catch (error) {
    return { error: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`}`;
}
