import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hubSettings } from './settings.ts';

const VARIABLES = [
  ...['HF_ENDPOINT', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE', 'HF_HOME', 'XDG_CACHE_HOME', 'HF_TOKEN', 'HF_TOKEN_PATH'],
  ...['HUGGING_FACE_HUB_TOKEN', 'HF_HUB_DISABLE_IMPLICIT_TOKEN', 'HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE'],
  ...['HF_HUB_DISABLE_SYMLINKS', 'HF_HUB_DOWNLOAD_TIMEOUT'],
];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jingqi-settings-'));
  for (const name of VARIABLES) vi.stubEnv(name, undefined);
  // The token of whoever runs the tests is none of their business.
  vi.stubEnv('HF_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('settings of the hub', () => {
  it('are those of Hugging Face where nothing is set', async () => {
    vi.stubEnv('HF_HOME', undefined);
    vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', '1');
    expect(await hubSettings()).toMatchObject({
      endpoint: 'https://huggingface.co',
      cacheDirectory: `${homedir()}/.cache/huggingface/hub`,
      token: undefined,
      offline: false,
      links: true,
      patience: { silence: 60_000 },
    });
  });

  it.each([
    ['HF_HUB_CACHE before all others', { HF_HUB_CACHE: '/a', HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c' }, '/a'],
    ['its former name', { HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c' }, '/b'],
    ['HF_HOME/hub', { HF_HOME: '/c', XDG_CACHE_HOME: '/d' }, '/c/hub'],
    ['XDG_CACHE_HOME', { HF_HOME: '', XDG_CACHE_HOME: '/d' }, '/d/huggingface/hub'],
    ['~', { HF_HOME: '~/models' }, `${homedir()}/models/hub`],
    [
      'other variables',
      { HF_HOME: ['$JINGQI_TEST_PLACE/x/$', '{JINGQI_TEST_PLACE}'].join(''), JINGQI_TEST_PLACE: '/p' },
      '/p/x//p/hub',
    ],
  ])('take the place of the cache from %s', async (_, variables: Record<string, string>, expected) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', '1');
    expect((await hubSettings()).cacheDirectory).toBe(expected);
  });

  it('find the token in the variable, else in the file that the login writes', async () => {
    expect((await hubSettings()).token).toBeUndefined();
    writeFileSync(path.join(folder, 'token'), 'hf_file\n');
    expect((await hubSettings()).token).toEqual({ value: 'hf_file', source: `${folder}/token` });
    mkdirSync(path.join(folder, 'other'));
    writeFileSync(path.join(folder, 'other/secret'), 'hf_other');
    vi.stubEnv('HF_TOKEN_PATH', path.join(folder, 'other/secret'));
    expect((await hubSettings()).token?.value).toBe('hf_other');
    vi.stubEnv('HUGGING_FACE_HUB_TOKEN', 'hf_old');
    expect((await hubSettings()).token?.value).toBe('hf_old');
    vi.stubEnv('HF_TOKEN', ' hf_new ');
    expect((await hubSettings()).token).toEqual({ value: 'hf_new', source: 'HF_TOKEN' });
    vi.stubEnv('HF_HUB_DISABLE_IMPLICIT_TOKEN', 'yes');
    expect((await hubSettings()).token).toBeUndefined();
  });

  it('refuse a token that is none without showing it', async () => {
    vi.stubEnv('HF_TOKEN', 'two words');
    await expect(hubSettings()).rejects.toThrow(/^the token from HF_TOKEN holds blanks/);
    await expect(hubSettings()).rejects.not.toThrow(/two words/);
  });

  it.each(['1', 'true', 'YES', 'on'])('go offline by HF_HUB_OFFLINE=%s', async (value) => {
    vi.stubEnv('HF_HUB_OFFLINE', value);
    expect((await hubSettings()).offline).toBe(true);
  });

  it('stay online by HF_HUB_OFFLINE=0', async () => {
    vi.stubEnv('HF_HUB_OFFLINE', '0');
    expect((await hubSettings()).offline).toBe(false);
    vi.stubEnv('TRANSFORMERS_OFFLINE', '1');
    expect((await hubSettings()).offline).toBe(true);
  });

  it('take a mirror, a time-out and copies in place of links', async () => {
    vi.stubEnv('HF_ENDPOINT', 'https://mirror.example/hub/');
    vi.stubEnv('HF_HUB_DOWNLOAD_TIMEOUT', '10');
    vi.stubEnv('HF_HUB_DISABLE_SYMLINKS', '1');
    const settings = await hubSettings();
    expect(settings).toMatchObject({ endpoint: 'https://mirror.example/hub', links: false });
    expect(settings.patience.silence).toBe(10_000);
  });

  it.each(['mirror.example', 'ftp://mirror.example', 'https://user:pass@mirror.example'])(
    'refuse the endpoint %s',
    async (value) => {
      vi.stubEnv('HF_ENDPOINT', value);
      await expect(hubSettings()).rejects.toThrow(/^HF_ENDPOINT is '/);
    },
  );
});
