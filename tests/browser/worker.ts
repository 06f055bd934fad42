import { runBuilt } from './modules.ts';
import type { ScenarioOptions } from './scenario.ts';

/** The scenario in a dedicated worker of the page. */
self.addEventListener('message', async ({ data }: MessageEvent<ScenarioOptions>) => {
  self.postMessage(await runBuilt(data));
});
