import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { platform } from '../src/platform/index.ts';
import { judgeNative } from '../src/tensor/native-target.ts';

/**
 * One cache for all processes of a test run, with the outcome of the self-test of machine code, which then neither takes
 * its time nor says so in any of them. What tests find does not end up in the user's cache, nor what comes of kernels
 * that are being worked on.
 */
export default async function setup(): Promise<() => void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'jingqi-cache-'));
  process.env.JINGQI_CACHE = directory;
  await judgeNative(platform());
  return () => rmSync(directory, { recursive: true, force: true });
}
