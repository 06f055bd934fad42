import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { platform } from '../platform/index.ts';
import { gitSha1, type HostedRepository, HubServer, sha256, TOKEN } from './fixtures/hub-server.ts';
import {
  bytes,
  COMMIT,
  ggufRepository,
  LATER,
  large,
  SHARDS,
  shardedModel,
  testSettings,
  text,
} from './fixtures/repositories.ts';
import { planPull } from './plan.ts';
import type { HubProblem } from './problems.ts';
import { type PullOptions, pullModel } from './pull.ts';
import type { HubSettings } from './settings.ts';
import { hubSource } from './source.ts';

const server = new HubServer();
let cache = '';
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  cache = mkdtempSync(path.join(tmpdir(), 'jingqi-hub-'));
});
afterEach(() => {
  server.reset();
  vi.restoreAllMocks();
  rmSync(cache, { recursive: true });
});

const settings = (more: Partial<HubSettings> = {}) => testSettings(server.url, cache, more);
const pull = (model: string, options: PullOptions = {}) => pullModel(model, { settings: settings(), ...options });
const MODEL = 'whales/small';
const repositoryAt = () => path.join(cache, 'models--whales--small');
const snapshot = (commit = COMMIT) => path.join(repositoryAt(), 'snapshots', commit);
const blobs = () => readdirSync(path.join(repositoryAt(), 'blobs')).sort();
const FIRST = 'model-00001-of-000002.safetensors';
const SECOND = 'model-00002-of-000002.safetensors';

/** Hosts a model whose only weights are these. */
function hostSingle(content: Uint8Array, more: Partial<HostedRepository> = {}): void {
  const files = [text('config.json', '{}'), text('tokenizer.json', '{ }'), large('model.safetensors', content)];
  server.repositories.push({ name: MODEL, revisions: { main: COMMIT }, files, ...more });
}
const expectSingle = (content: Uint8Array) =>
  expectSame(readFileSync(path.join(snapshot(), 'model.safetensors')), content);
/** Vitest's own comparison takes a second for such arrays. */
const expectSame = (found: Buffer, content: Uint8Array) => expect(found.equals(content)).toBe(true);

async function refusal(work: Promise<unknown>): Promise<{ problem: HubProblem; message: string }> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'HubError' });
  return error as { problem: HubProblem; message: string };
}

describe('pull', () => {
  it('fetches what the model needs and lays it out as huggingface_hub does', async () => {
    server.repositories.push(shardedModel());
    const progress: number[] = [];
    const pulled = await pull(MODEL, { onProgress: (done, total) => progress.push(done / total) });
    expect(pulled).toMatchObject({ name: MODEL, revision: 'main', commit: COMMIT, files: 6 });
    expect(path.normalize(pulled.path)).toBe(snapshot());
    expect(pulled.fetched).toBe(pulled.size);
    expect(progress.at(-1)).toBe(1);
    const names = [
      'config.json',
      FIRST,
      SECOND,
      'model.safetensors.index.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ];
    expect(readdirSync(snapshot()).sort()).toEqual(names);
    expectSame(readFileSync(path.join(snapshot(), FIRST)), SHARDS[0]);
    expect(readlinkSync(path.join(snapshot(), FIRST))).toBe(`../../blobs/${sha256(SHARDS[0])}`);
    const config = new TextEncoder().encode('{"model_type":"deepseek_v3"}');
    expect(readlinkSync(path.join(snapshot(), 'config.json'))).toBe(`../../blobs/${gitSha1(config)}`);
    expect(readFileSync(path.join(repositoryAt(), 'refs/main'), 'utf8')).toBe(COMMIT);
    expect(blobs()).toHaveLength(6);
  });

  it('says that all is there after asking what the revision is now, and fetches nothing again', async () => {
    server.repositories.push(shardedModel());
    await pull(MODEL);
    server.asked.length = 0;
    const onPlan = vi.fn();
    expect(await pull(MODEL, { onPlan })).toMatchObject({ fetched: 0, files: 6, commit: COMMIT });
    expect(server.transfers()).toEqual([]);
    expect(onPlan).not.toHaveBeenCalled();
  });

  it('fetches of a newer commit only what has changed, and leaves the older one', async () => {
    const model = shardedModel();
    server.repositories.push(model);
    await pull(MODEL);
    server.asked.length = 0;
    const files = model.files.map((file) => (file.path === SECOND ? large(SECOND, bytes(100, 20)) : file));
    server.repositories.splice(0, 1, { ...model, revisions: { main: LATER, v1: COMMIT }, files });
    expect((await pull(MODEL)).commit).toBe(LATER);
    expect(new Set(server.transfers().map((transfer) => transfer.split(' ')[0]!.split('?')[0]))).toEqual(
      new Set([SECOND]),
    );
    expectSame(readFileSync(path.join(snapshot(LATER), SECOND)), bytes(100, 20));
    expectSame(readFileSync(path.join(snapshot(), SECOND)), SHARDS[1]);
    expect(readFileSync(path.join(repositoryAt(), 'refs/main'), 'utf8')).toBe(LATER);
    server.asked.length = 0;
    // A commit needs no question what it is, and no name in `refs`.
    expect(await pull(MODEL, { revision: LATER })).toMatchObject({ commit: LATER, fetched: 0 });
    expect(server.asked.every(({ what }) => what.includes(`/tree/${LATER}`))).toBe(true);
    expect(readdirSync(path.join(repositoryAt(), 'refs'))).toEqual(['main']);
  });

  it('fetches several files at once', async () => {
    server.repositories.push(shardedModel());
    const bothAsked = Promise.withResolvers<void>();
    server.fault({ on: /GET cdn/, does: 'wait', until: bothAsked.promise, times: 2 });
    const pulling = pull(MODEL);
    const asked = (part: string) => server.asked.some(({ what }) => what.startsWith('GET cdn') && what.includes(part));
    await vi.waitFor(() => expect(asked(FIRST) && asked(SECOND)).toBe(true), 4000);
    bothAsked.resolve();
    await pulling;
  });

  it('moves contents into the snapshot where links are not allowed, and copies those that others may need', async () => {
    const model = shardedModel();
    server.repositories.push(model);
    await pull(MODEL);
    server.repositories.splice(0, 1, { ...model, revisions: { main: LATER } });
    const withoutLinks = settings({ links: false });
    await pull(MODEL, { settings: withoutLinks });
    expectSame(readFileSync(path.join(snapshot(), FIRST)), SHARDS[0]);
    expect(() => readlinkSync(path.join(snapshot(LATER), FIRST))).toThrow(/EINVAL/);
    expectSame(readFileSync(path.join(snapshot(LATER), FIRST)), SHARDS[0]);
    rmSync(repositoryAt(), { recursive: true });
    await pull(MODEL, { settings: withoutLinks });
    expect(blobs()).toEqual([]);
    server.asked.length = 0;
    expect(await pull(MODEL, { settings: withoutLinks })).toMatchObject({ fetched: 0 });
    expect(server.transfers()).toEqual([]);
  });

  it('does the same where the file system has no links', async () => {
    server.repositories.push(shardedModel());
    vi.spyOn(platform().files, 'link').mockResolvedValue(false);
    await pull(MODEL);
    expect(blobs()).toEqual([]);
    expectSame(readFileSync(path.join(snapshot(), SECOND)), SHARDS[1]);
  });

  it('lists files with sizes without fetching or writing anything', async () => {
    server.repositories.push(shardedModel());
    const plan = await planPull(settings(), hubSource(MODEL, undefined), 'main');
    expect(plan.files.map(({ path: name, size, there }) => [name, size, there]).slice(-2)).toEqual([
      [FIRST, 300_000, 0],
      [SECOND, 200_000, 0],
    ]);
    expect(plan.free).toBeGreaterThan(0);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('refuses before it starts where the disk has no room', async () => {
    server.repositories.push(shardedModel());
    vi.spyOn(platform().files, 'freeBytes').mockResolvedValue(400_000);
    const { problem, message } = await refusal(pull(MODEL));
    expect(problem).toBe('no-space');
    expect(message).toMatch(
      /whales\/small needs 488\.4 KiB more, but only 390\.6 KiB are free at .*: make room, or set HF_HOME/,
    );
    expect(server.transfers().filter((transfer) => transfer.startsWith(FIRST))).toEqual([]);
  });

  it('stops at a signal, keeps what has arrived, and goes on from there', async () => {
    const content = bytes(3_000_000, 11);
    hostSingle(content);
    const stop = new AbortController();
    server.fault({ on: /GET cdn/, does: 'break', after: 2_000_000 }, { on: /GET cdn/, does: 'hang' });
    const pulling = pull(MODEL, { signal: stop.signal });
    const contents = () => server.asked.filter(({ what }) => what.startsWith('GET cdn'));
    await vi.waitFor(() => expect(contents()).toHaveLength(2), 4000);
    stop.abort(new Error('enough'));
    await expect(pulling).rejects.toThrow('enough');
    const [partial] = blobs().filter((name) => name.endsWith('.incomplete'));
    expect(partial).toMatch(new RegExp(`^${sha256(content)}\\.[0-9a-f]{8}-${process.pid}\\.incomplete$`));
    const { size } = statSync(path.join(repositoryAt(), 'blobs', partial!));
    expect(size).toBeGreaterThan(0);
    server.asked.length = 0;
    const plan = vi.fn();
    const pulled = await pull(MODEL, { onPlan: plan });
    expect(plan.mock.lastCall![0].there).toBe(size + 5);
    expect(pulled.fetched).toBe(content.length - size);
    expect(server.transfers().at(-1)).toContain(`bytes=${size}-2999999`);
    expectSingle(content);
  });
});

describe('a server that fails', () => {
  const content = bytes(400_000, 12);
  const notices: string[] = [];
  const hooks: PullOptions = { onNotice: (notice) => notices.push(notice) };
  beforeEach(() => {
    notices.length = 0;
    hostSingle(content);
  });

  it('is asked for the rest where connections break', async () => {
    server.fault({ on: /GET cdn/, does: 'break', after: 100_000, times: 3 });
    await pull(MODEL, hooks);
    expectSingle(content);
    const ranges = server.transfers().filter((transfer) => transfer.startsWith('model.safetensors?'));
    expect(ranges).toHaveLength(4);
    expect(ranges.slice(1).every((range) => /bytes=[1-9]\d*-399999$/.test(range))).toBe(true);
    expect(notices[0]).toMatch(/^whales\/small\/model\.safetensors: .*trying again in 0\.0 s$/);
  });

  it('breaks anywhere and as often as it likes, as long as something comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 150_000 }), { maxLength: 12 }), async (breaks) => {
        rmSync(repositoryAt(), { recursive: true, force: true });
        server.fault(...breaks.map((after) => ({ on: /GET cdn/, does: 'break' as const, after })));
        await pull(MODEL);
        expectSingle(content);
        server.reset();
        hostSingle(content);
      }),
      { numRuns: 8, seed: 7 },
    );
  });

  it('is given up when nothing comes again and again; the bytes are kept', async () => {
    server.fault(
      { on: /GET cdn/, does: 'break', after: 150_000 },
      { on: /GET cdn/, does: 'break', after: 0, times: 9 },
    );
    const { problem, message } = await refusal(pull(MODEL));
    expect(problem).toBe('unreachable');
    expect(message).toMatch(/model\.safetensors: .*again and again; \d+ of 400000 bytes are kept$/);
    expect(blobs().some((name) => name.endsWith('.incomplete'))).toBe(true);
    server.reset();
    hostSingle(content);
    await pull(MODEL);
    expect(server.transfers().at(-1)).toMatch(/bytes=[1-9]/);
    expectSingle(content);
  });

  it('may ignore ranges: what is there is skipped', async () => {
    server.fault({ on: /GET cdn/, does: 'break', after: 250_000 }, { on: /GET cdn/, does: 'ignore-range' });
    await pull(MODEL, hooks);
    expectSingle(content);
    // Bytes in the wrong place would have been noticed and fetched anew.
    expect(notices).toEqual([expect.stringMatching(/trying again/)]);
  });

  it('may send another part than was asked for: it is not taken', async () => {
    server.fault({ on: /GET cdn/, does: 'break', after: 250_000 }, { on: /GET cdn/, does: 'shift', by: 10 });
    await pull(MODEL, hooks);
    expect(notices.at(-1)).toMatch(/sends another part than was asked for/);
    expectSingle(content);
  });

  it.each([399_000, 401_000])('may lie about the length (%i of 400000)', async (length) => {
    server.fault({ on: /GET cdn/, does: 'claim-length', length });
    await pull(MODEL, hooks);
    expect(notices.at(-1)).toContain(`offers ${length} bytes, the hub lists 400000`);
    expectSingle(content);
    rmSync(repositoryAt(), { recursive: true });
    server.fault({ on: /GET cdn/, does: 'claim-length', length, times: 9 });
    expect(await refusal(pull(MODEL))).toMatchObject({ problem: 'unreachable' });
  });

  it('may send one wrong byte: the file is fetched once more', async () => {
    server.fault({ on: /GET cdn/, does: 'corrupt', at: 123_456 });
    const positions: number[] = [];
    await pull(MODEL, { ...hooks, onProgress: (done) => positions.push(done) });
    expect(notices).toEqual([
      expect.stringMatching(/model\.safetensors: the bytes are damaged \(sha256 is [0-9a-f]{64}/),
    ]);
    expect(positions.some((position, at) => position < (positions[at - 1] ?? 0))).toBe(true);
    expectSingle(content);
  });

  it('sends wrong bytes twice: the file is refused by name and nothing of it is kept', async () => {
    server.fault({ on: /GET cdn/, does: 'corrupt', at: 5, times: 2 });
    const { problem, message } = await refusal(pull(MODEL));
    expect(problem).toBe('damaged');
    expect(message).toMatch(/^whales\/small\/model\.safetensors: what came is not the file that the hub lists/);
    expect(readdirSync(snapshot()).sort()).toEqual(['config.json', 'tokenizer.json']);
    expect(blobs().every((name) => /^[0-9a-f]{40}$/.test(name))).toBe(true);
    expect(server.transfers().filter((transfer) => transfer.startsWith('model.safetensors?'))).toHaveLength(2);
  });

  it('sends a wrong byte of a small file: its git object tells', async () => {
    server.fault({ on: /resolve\/.*\/config\.json/, does: 'corrupt', at: 0, times: 2 });
    const { problem, message } = await refusal(pull(MODEL));
    expect(problem).toBe('damaged');
    expect(message).toMatch(/config\.json.*git-sha1 is/);
  });

  it('finds bytes that went bad on the disk between two attempts', async () => {
    server.fault(
      { on: /GET cdn/, does: 'break', after: 150_000 },
      { on: /GET cdn/, does: 'break', after: 0, times: 9 },
    );
    await refusal(pull(MODEL));
    const partial = path.join(repositoryAt(), 'blobs', blobs().find((name) => name.endsWith('.incomplete'))!);
    writeFileSync(partial, readFileSync(partial).fill(0, 10, 20));
    server.reset();
    hostSingle(content);
    await pull(MODEL);
    expectSingle(content);
  });

  it('asks to wait (429): it is waited for as long as it says', async () => {
    server.fault(
      { on: /GET hub \/api/, does: 'answer', status: 429, headers: { 'Retry-After': '1' } },
      { on: /GET cdn/, does: 'answer', status: 429, headers: { RateLimit: '"resolvers";r=0;t=0' } },
    );
    const start = performance.now();
    await pull(MODEL, hooks);
    expect(performance.now() - start).toBeGreaterThan(990);
    expect(notices[0]).toMatch(/answered 429; trying again in 1\.0 s/);
    expect(notices[1]).toMatch(/answered 429; trying again in 0\.0 s/);
  });

  it('asks to wait for too long: that is said', async () => {
    const headers = { 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() };
    server.fault({ on: /GET cdn/, does: 'answer', status: 429, headers });
    expect((await refusal(pull(MODEL))).message).toMatch(/the server asks to wait 60 minutes; try again then/);
  });

  it.each([500, 502, 503, 504])('answers %i: it is asked again, everywhere', async (status) => {
    for (const on of [/revision/, /tree/, /GET hub .*resolve/, /GET cdn/])
      server.fault({ on, does: 'answer', status, times: 2 });
    await pull(MODEL);
    expectSingle(content);
  });

  it('falls silent: the connection counts as broken', async () => {
    server.fault({ on: /GET cdn/, does: 'hang' });
    const patience = { ...settings().patience, silence: 100 };
    await pull(MODEL, { ...hooks, settings: settings({ patience }) });
    expect(notices[0]).toMatch(/nothing came from 127\.0\.0\.1:\d+ for 0\.1 s/);
  });

  it('answers with a web page, as networks do that ask to log in', async () => {
    const page = { does: 'answer' as const, status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' };
    server.fault({ on: /GET cdn/, ...page, times: 9 });
    expect((await refusal(pull(MODEL))).message).toMatch(/does this network ask to log in/);
    server.fault({ on: /revision/, ...page, times: 9 });
    rmSync(repositoryAt(), { recursive: true });
    expect((await refusal(pull(MODEL))).message).toMatch(/does not answer as a hub does/);
  });

  it('has changed a file behind the list: that is said', async () => {
    const other = `"${sha256(bytes(1, 1))}"`;
    const headers = { 'X-Linked-Etag': other, Location: '/elsewhere' };
    server.fault({ on: /GET hub .*model\.safetensors/, does: 'answer', status: 302, headers });
    server.fault({ on: /elsewhere/, does: 'answer', status: 200, body: 'something else' });
    expect(await refusal(pull(MODEL))).toMatchObject({ problem: 'damaged' });
  });

  it('redirects in circles', async () => {
    const circle = { does: 'answer' as const, status: 302, headers: { Location: '/circle' } };
    server.fault({ on: /model\.safetensors|circle/, ...circle, times: 1000 });
    expect((await refusal(pull(MODEL))).message).toMatch(/redirects without end/);
  });
});

describe('access', () => {
  const withToken = (value: string) => ({ settings: settings({ token: { value, source: 'HF_TOKEN' } }) });

  it('to a gated repository needs a token of someone who was let in', async () => {
    hostSingle(bytes(10, 1), { access: 'gated' });
    const { problem, message } = await refusal(pull(MODEL));
    expect(problem).toBe('gated');
    expect(message).toMatch(
      /is gated: ask its owners for access at http:.*\/whales\/small, and then give a token: set HF_TOKEN/,
    );
    const refused = await refusal(pull(MODEL, withToken('hf_stranger')));
    expect(refused.message).toMatch(/the account of the token from HF_TOKEN has none \(yet\)/);
    expect(refused.message).not.toContain('hf_stranger');
    expect(await pull(MODEL, withToken(TOKEN))).toMatchObject({ commit: COMMIT });
  });

  it('the token goes to the hub only, not to where it redirects', async () => {
    hostSingle(bytes(10, 1), { access: 'private' });
    await pull(MODEL, withToken(TOKEN));
    const senders = server.asked.filter(({ authorization }) => authorization !== undefined);
    expect(senders.every(({ what }) => what.startsWith('GET hub'))).toBe(true);
    expect(server.asked.some(({ what }) => what.startsWith('GET cdn'))).toBe(true);
  });

  it('to what does not exist or is private is refused with what to do', async () => {
    const missing = await refusal(pull('whales/nothing'));
    expect(missing).toMatchObject({ problem: 'no-repository' });
    expect(missing.message).toMatch(/there is no repository whales\/nothing at .*, or it is private.*check the name/);
    const stranger = await refusal(pull('whales/nothing', withToken('hf_x')));
    expect(stranger.message).toMatch(/and the token from HF_TOKEN does not open it/);
    server.fault({ on: /revision/, does: 'answer', status: 401 });
    expect(await refusal(pull('whales/nothing', withToken('hf_x')))).toMatchObject({
      problem: 'token',
      message: expect.stringMatching(/the token from HF_TOKEN is not accepted/),
    });
  });

  it('to a revision that does not exist names it', async () => {
    hostSingle(bytes(10, 1));
    expect(await refusal(pull(MODEL, { revision: 'v9' }))).toMatchObject({
      problem: 'no-revision',
      message: expect.stringContaining("has no revision 'v9'"),
    });
  });
});

describe('GGUF files', () => {
  const GGUF = 'whales/small-GGUF';
  beforeEach(() => server.repositories.push(ggufRepository()));

  it('are chosen by quantisation, by name, or by a pattern', async () => {
    const place = path.join(cache, 'models--whales--small-GGUF/snapshots', COMMIT);
    const chosen = async (model: string, file?: string) => path.relative(place, (await pull(model, { file })).path);
    expect(await chosen(`${GGUF}:Q4_K_M`)).toBe('small-Q4_K_M.gguf');
    expect(readdirSync(place)).toEqual(['small-Q4_K_M.gguf']);
    expect(await chosen(GGUF, '*q8_0*')).toBe('small-Q8_0-00001-of-00002.gguf');
    expect(await chosen(`${GGUF}:small-Q8_0-00002-of-00002.gguf`)).toBe('small-Q8_0-00001-of-00002.gguf');
    expect(readdirSync(place)).toHaveLength(3);
  });

  it('are listed where several fit or none does', async () => {
    const several = await refusal(pull(GGUF));
    expect(several.problem).toBe('choice');
    expect(several.message).toContain('choose one, as whales/small-GGUF:Q4_K_M:');
    expect(several.message).toMatch(/ {2}small-Q8_0\.gguf +8\.79 KiB {2}\(2 files\)/);
    expect(several.message).toMatch(/small-IQ1_S\.gguf .*\(cannot be opened here\)/);
    expect(several.message).toMatch(/mmproj-small-f16\.gguf .*\(not a language model\)/);
    expect(await refusal(pull(`${GGUF}:Q5_K_M`))).toMatchObject({ problem: 'no-file' });
    expect(server.transfers()).toEqual([]);
  });
});

describe('what is no model, or no safe one', () => {
  const host = (...names: string[]) =>
    server.repositories.push({
      name: MODEL,
      revisions: { main: COMMIT },
      files: names.map((name) => (/json$/.test(name) ? text(name, '{}') : large(name, bytes(10, 1)))),
    });

  it('pickled weights are never fetched', async () => {
    host('config.json', 'pytorch_model.bin', 'consolidated.pth');
    expect((await refusal(pull(MODEL))).message).toMatch(/no safetensors and no GGUF file but PyTorch's own files/);
    expect(server.transfers()).toEqual([]);
  });

  it('weights without a config, and an index with a shard that is absent', async () => {
    host('model.safetensors');
    expect((await refusal(pull(MODEL))).message).toMatch(/weights but no config\.json/);
    const model = shardedModel('whales/torn');
    server.repositories.push({ ...model, files: model.files.filter(({ path: name }) => name !== SECOND) });
    expect((await refusal(pull('whales/torn'))).message).toContain(`names ${SECOND}, which is not there`);
  });

  it('names that lead out of the cache', async () => {
    server.repositories.push({
      name: MODEL,
      revisions: { main: COMMIT },
      files: [
        text('config.json', '{}'),
        text('model.safetensors.index.json', '{"weight_map":{"a":"../../evil.safetensors"}}'),
        large('../../evil.safetensors', bytes(10, 1)),
      ],
    });
    expect(await refusal(pull(MODEL))).toMatchObject({ problem: 'damaged' });
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe('two at once', () => {
  const content = bytes(200_000, 30);
  beforeEach(() => hostSingle(content));

  it('in one process share a transfer', async () => {
    await Promise.all([pull(MODEL), pull(MODEL)]);
    expect(server.transfers().filter((one) => one.startsWith('model.safetensors?'))).toHaveLength(1);
  });

  it('of other processes wait, and go on with what one that ended has left', async () => {
    const directory = path.join(repositoryAt(), 'blobs');
    mkdirSync(directory, { recursive: true });
    // The parent of the test runs on this machine; no process has the other number.
    const mark = platform().checksum('sha1');
    mark.update(new TextEncoder().encode(hostname()));
    const machine = mark.end().slice(0, 8);
    const foreign = (process: number) => path.join(directory, `${sha256(content)}.${machine}-${process}.incomplete`);
    const alive = foreign(process.ppid);
    writeFileSync(alive, content.subarray(0, 50_000));
    writeFileSync(foreign(2 ** 30), content.subarray(0, 20_000));
    const notices: string[] = [];
    const pulling = pull(MODEL, { onNotice: (notice) => notices.push(notice) });
    await vi.waitFor(() => expect(notices).toHaveLength(1), 3000);
    expect(notices[0]).toMatch(
      new RegExp(`model\\.safetensors: process ${machine}-${process.ppid} is fetching it; waiting`),
    );
    expect(server.transfers().some((one) => one.startsWith('model.safetensors?'))).toBe(false);
    rmSync(alive);
    await pulling;
    expect(server.transfers().at(-1)).toContain('bytes=20000-199999');
    expectSingle(content);
    expect(blobs().filter((name) => name.endsWith('.incomplete'))).toEqual([]);
  });
});

describe('without the hub', () => {
  const offline = () => ({ settings: settings({ offline: true }) });

  it('what is in the cache counts, and what is not is refused with what to type', async () => {
    server.repositories.push(shardedModel());
    expect(await refusal(pull(MODEL, offline()))).toMatchObject({
      problem: 'offline',
      message: expect.stringMatching(
        /HF_HUB_OFFLINE keeps it from being fetched: unset it and type: jingqi pull whales\/small$/,
      ),
    });
    expect(server.asked).toEqual([]);
    await pull(MODEL);
    server.asked.length = 0;
    expect(await pull(MODEL, offline())).toMatchObject({ commit: COMMIT, fetched: 0, files: 6 });
    expect(server.asked).toEqual([]);
    rmSync(path.join(snapshot(), SECOND));
    expect(await refusal(pull(MODEL, offline()))).toMatchObject({ problem: 'offline' });
  });

  it('which cannot be reached, what is in the cache counts, with a word about it', async () => {
    hostSingle(bytes(10, 1));
    await pull(MODEL);
    const notices: string[] = [];
    const away = {
      settings: settings({ endpoint: 'http://127.0.0.1:1' }),
      onNotice: (notice: string) => notices.push(notice),
    };
    expect(await pull(MODEL, away)).toMatchObject({ fetched: 0 });
    expect(notices).toEqual([expect.stringMatching(/going on with what is in the cache$/)]);
    expect(await refusal(pull('whales/other', away))).toMatchObject({ problem: 'unreachable' });
  });
});
