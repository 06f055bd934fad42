import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { platform } from '../platform/index.ts';
import { claimPartial, partialBytes, processOf } from './partial.ts';

let folder = '';
let target = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jingqi-partial-'));
  target = `${folder}/content`;
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const exists = () => platform().files.exists(target);
const claim = (more: { isDone?: () => Promise<boolean>; abandoned?: number } = {}) => {
  const onWait = vi.fn();
  return { onWait, claimed: claimPartial(target, { isDone: exists, onWait, poll: 5, signal: undefined, ...more }) };
};
/** An unfinished content of a process on another machine. */
const foreign = (process: string, bytes: number, age = 0): string => {
  const name = `${target}.${process}.incomplete`;
  writeFileSync(name, new Uint8Array(bytes));
  const then = Date.now() / 1000 - age;
  utimesSync(name, then, then);
  return name;
};

describe('unfinished contents', () => {
  it('go on with the longest that was left over, and drop the others', async () => {
    foreign('00000001-5', 10, 3600);
    foreign('00000002-6', 30, 3600);
    expect(await partialBytes(target)).toBe(30);
    const partial = await claim().claimed;
    expect(partial?.size).toBe(30);
    await partial?.close();
    expect(readdirSync(folder)).toEqual([path.basename(partial!.path)]);
    expect(processOf(partial!.path)).toMatch(new RegExp(`-${process.pid}$`));
  });

  it('of a process on another machine that shows signs of life are waited for', async () => {
    const busy = foreign('00000001-5', 10);
    const { claimed, onWait } = claim();
    await vi.waitFor(() => expect(onWait).toHaveBeenCalledExactlyOnceWith('00000001-5'));
    rmSync(busy);
    writeFileSync(target, 'whole');
    expect(await claimed).toBeUndefined();
  });

  it('are left to the one whose name comes first where two begin at once', async () => {
    const { files } = platform();
    const { openPartial } = files;
    const rival = vi.spyOn(files, 'openPartial').mockImplementationOnce(async (name) => {
      foreign('00000000-1', 5);
      return openPartial(name);
    });
    const { claimed, onWait } = claim();
    await vi.waitFor(() => expect(onWait).toHaveBeenCalledOnce());
    expect(rival).toHaveBeenCalledOnce();
    expect(readdirSync(folder)).toEqual(['content.00000000-1.incomplete']);
    writeFileSync(target, 'whole');
    expect(await claimed).toBeUndefined();
  });

  it('are not begun where another process has finished in between', async () => {
    const answers = [false, true, true];
    const { claimed } = claim({ isDone: async () => answers.shift()! });
    expect(await claimed).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of huggingface_hub are left alone', async () => {
    writeFileSync(`${target}.incomplete`, 'abc');
    writeFileSync(`${target}.1a2b3c4d.incomplete`, 'abc');
    const partial = await claim().claimed;
    expect(partial?.size).toBe(0);
    await partial?.close();
    expect(readdirSync(folder)).toHaveLength(3);
  });
});
