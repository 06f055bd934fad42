import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HostedFile, HubServer } from '../hub/fixtures/hub-server.ts';
import { bytes, COMMIT, ggufRepository, large, text } from '../hub/fixtures/repositories.ts';
import { registerAsk } from './ask.ts';
import { registerInspect } from './inspect.ts';
import { progressText } from './loading-line.ts';
import { registerLogits } from './logits.ts';
import { registerPull } from './pull.ts';
import { registerStart } from './start.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const golden = fileURLToPath(new URL('../../tests/goldens/v3-plain', import.meta.url));
const server = new HubServer();
let home = '';
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'jingqi-pull-'));
});
afterEach(() => {
  server.reset();
  rmSync(home, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Variables that lead to the server of the test and to a cache of its own, whatever is set outside. */
const hub = () => ({
  ...Object.fromEntries(UNSET.map((name) => [name, ''])),
  HF_HOME: home,
  HF_ENDPOINT: server.url,
});
const UNSET = [
  'HF_HUB_CACHE',
  'HUGGINGFACE_HUB_CACHE',
  'HF_HUB_OFFLINE',
  'TRANSFORMERS_OFFLINE',
  'HF_TOKEN',
  'HF_TOKEN_PATH',
];

/** Runs a command in this process, which starts faster than another one. */
async function jingqi(args: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const program = new Command('jingqi');
  for (const register of [registerPull, registerAsk, registerStart, registerLogits, registerInspect]) register(program);
  let [out, errors] = ['', ''];
  const catching = (keep: (text: string) => void) => (piece: string | Uint8Array) => {
    keep(String(piece));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(catching((piece) => (out += piece)));
  vi.spyOn(process.stderr, 'write').mockImplementation(catching((piece) => (errors += piece)));
  for (const command of program.commands) command.exitOverride();
  for (const [name, value] of Object.entries({ ...hub(), ...more })) vi.stubEnv(name, value);
  let code = 0;
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    code = 1;
    if (!(error instanceof CommanderError)) errors += `jingqi: ${(error as Error).message}\n`;
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
  return { code, out, errors };
}

/** The model of a golden, as a repository. */
function hostGolden(): void {
  const read = (name: string) => new Uint8Array(readFileSync(path.join(golden, name)));
  const files: HostedFile[] = [
    { path: 'config.json', content: read('config.json'), large: false },
    large('model.safetensors', read('model.safetensors')),
    text('tokenizer.json', '{}'),
  ];
  server.repositories.push({ name: 'whales/golden', revisions: { main: COMMIT }, files });
}

describe('jingqi pull', () => {
  it('prints where the model is, and the second time that it is there already', async () => {
    hostGolden();
    const place = path.join(home, 'hub/models--whales--golden/snapshots', COMMIT);
    const first = await jingqi(['pull', 'whales/golden']);
    expect(first).toMatchObject({ code: 0, out: `${place}\n` });
    expect(first.errors).toMatch(/^Fetching whales\/golden: 3 files, 123\.1 KiB\n/);
    expect(first.errors).toMatch(/^model\.safetensors \(122\.1 KiB\)$/m);
    expect(first.errors).toMatch(
      /^whales\/golden: fetched 123\.1 KiB \(main is commit 1234567, 3 files, 123\.1 KiB\)\n$/m,
    );
    expect(await jingqi(['pull', 'whales/golden'])).toEqual({
      code: 0,
      out: `${place}\n`,
      errors: 'whales/golden is there already (main is commit 1234567, 3 files, 123.1 KiB)\n',
    });
  });

  it('lists with --dry-run', async () => {
    server.repositories.push(ggufRepository());
    const { code, out } = await jingqi(['pull', 'whales/small-GGUF', '--file', 'Q8_0', '--dry-run']);
    expect(code).toBe(0);
    expect(out.split('\n').slice(0, 4)).toEqual([
      `whales/small-GGUF, main (commit ${COMMIT})`,
      '  5.86 KiB  small-Q8_0-00001-of-00002.gguf',
      '  2.93 KiB  small-Q8_0-00002-of-00002.gguf',
      expect.stringMatching(/^ {2}8\.79 KiB {2}in 2 files, 8\.79 KiB to fetch; .* are free$/),
    ]);
    expect(readdirSync(home)).toEqual([]);
  });

  it('ends at Ctrl-C, keeps what has arrived, and says so', async () => {
    const files = [text('config.json', '{}'), large('model.safetensors', bytes(400_000, 1))];
    server.repositories.push({ name: 'whales/slow', revisions: { main: COMMIT }, files });
    server.fault({ on: /GET cdn/, does: 'break', after: 100_000 }, { on: /GET cdn/, does: 'hang', times: 99 });
    const environment = { ...process.env, ...hub() };
    const child = spawn(process.execPath, [main, 'pull', 'whales/slow'], { env: environment });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (piece) => {
      errors += piece;
    });
    const end = new Promise((resolve) => child.on('close', resolve));
    await vi.waitFor(() => {
      expect(server.asked.filter(({ what }) => what.startsWith('GET cdn'))).toHaveLength(2);
    }, 20_000);
    child.kill('SIGINT');
    expect(await end).toBe(130);
    expect(errors).toMatch(
      /\njingqi: interrupted; what has arrived is kept, and the same command goes on from there\n$/,
    );
    expect(
      readdirSync(path.join(home, 'hub/models--whales--slow/blobs')).some((name) => /incomplete$/.test(name)),
    ).toBe(true);
  });

  it.each([
    ['no name', ['pull', 'nano'], "'nano' is no repository of the hub, such as"],
    ['nothing there', ['pull', 'whales/none'], 'there is no repository whales/none at'],
    ['a senseless number', ['pull', 'whales/none', '--parallel', '0'], 'It must be a whole number from 1 to 64.'],
  ])('refuses %s', async (_, args, reason) => {
    const { code, out, errors } = await jingqi(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(errors).toContain(reason);
  });
});

describe('commands that take a model', () => {
  it('pull one of the hub, and find it in the cache when offline', async () => {
    hostGolden();
    const local = await jingqi(['logits', golden, '--ids', '1,2,3', '--json']);
    const pulled = await jingqi(['logits', '--model', 'whales/golden', '--ids', '1,2,3', '--json']);
    expect(pulled).toMatchObject({ code: 0, out: local.out });
    expect(pulled.errors).toContain('Fetching whales/golden');
    const again = await jingqi(['logits', 'whales/golden', '--ids', '1,2,3', '--json'], { HF_HUB_OFFLINE: '1' });
    expect(again).toEqual({ code: 0, out: local.out, errors: '' });
    const report = JSON.parse((await jingqi(['inspect', 'whales/golden', '--json'], { HF_HUB_OFFLINE: '1' })).out);
    expect(report.directory).toContain(COMMIT);
    expect(report.modelType).toBe('deepseek_v3');
  });

  it.each(['ask', 'start', 'logits', 'inspect'])(
    '%s refuses offline what the cache lacks, with what to type',
    async (name) => {
      const args = { ask: ['hello'], start: [], logits: ['--ids', '1'], inspect: [] }[name]!;
      const { code, errors } = await jingqi([name, ...args, '--model', 'whales/none'], { HF_HUB_OFFLINE: '1' });
      expect(code).toBe(1);
      expect(errors).toMatch(
        /^jingqi: .*HF_HUB_OFFLINE keeps it from being fetched: unset it and type: jingqi pull whales\/none\n$/,
      );
      expect(server.asked).toEqual([]);
    },
  );

  it('refuse two models', async () => {
    const { errors } = await jingqi(['inspect', 'a', '--model', 'b']);
    expect(errors).toBe("jingqi: two models are named, 'a' and --model 'b': leave one out\n");
  });
});

describe('a line of progress', () => {
  const now = { done: 5e9, total: 10e9, rate: 50e6 };

  it('shows bytes, speed and the time that is left', () => {
    expect(progressText('a/b', now)).toBe(
      `a/b ${'█'.repeat(12)}${'░'.repeat(12)} 4.66 GiB of 9.31 GiB, 47.7 MiB/s, 2 min left`,
    );
    expect(progressText('a/b', { ...now, rate: 0 })).toMatch(/ 4\.66 GiB of 9\.31 GiB, 0 B\/s$/);
  });

  it('fits the terminal', () => {
    expect(progressText('whales/big', now, 80)).toMatch(/^whales\/big █+░+ .* left$/);
    for (const columns of [20, 40, 80, 200]) {
      expect(progressText('whales/a-rather-long-name', now, columns).length).toBeLessThan(columns);
    }
  });
});
