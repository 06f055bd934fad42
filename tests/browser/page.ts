import { runBuilt } from './modules.ts';
import type { ScenarioOptions, ScenarioResult } from './scenario.ts';

type Outcome = ScenarioResult | { readonly error: string };

declare global {
  interface Window {
    /** Called by the test: the scenario on the page's main thread or in a worker that the page starts. */
    runIn(place: 'page' | 'worker', options: ScenarioOptions): Promise<Outcome>;
  }
}

window.runIn = (place, options) => (place === 'page' ? runBuilt(options) : inWorker(options));

function inWorker(options: ScenarioOptions): Promise<Outcome> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }) => resolve(data));
    worker.addEventListener('error', ({ message }) => resolve({ error: `the page's worker failed: ${message}` }));
    worker.postMessage(options);
  });
}
