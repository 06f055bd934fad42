export const PINNED_VERSION: string;
export function pinnedNode(folder: string): string | undefined;
export function pinnedNodeOffered(): boolean;
export function runningNodeIsEnough(): boolean;
export function chooseNode(folder: string): string;
export function handOver(node: string, args: string[], env?: NodeJS.ProcessEnv): void;
