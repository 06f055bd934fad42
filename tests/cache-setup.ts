import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * One cache for all processes of a test run, so that the self-test of machine code does not run in each of them, and what
 * tests find, or kernels that are being worked on, does not end up in the user's.
 */
export default function setup(): () => void {
  const directory = mkdtempSync(path.join(tmpdir(), 'jingqi-cache-'));
  process.env.JINGQI_CACHE = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
