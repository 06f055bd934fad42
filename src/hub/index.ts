export type { FileChecksum, HubFile, HubRepository, RequestOptions } from './listing.ts';
export { listRepository } from './listing.ts';
export { locateModel, type ModelLocation } from './locate.ts';
export { type PlannedFile, type PullPlan, planPull } from './plan.ts';
export { HubError, type HubProblem } from './problems.ts';
export { type PulledModel, type PullOptions, pullModel } from './pull.ts';
export { type HubSettings, type HubToken, hubSettings, type Patience } from './settings.ts';
export { type HubSource, hubSource, parseHubSource } from './source.ts';
