import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'jingqi-rooms-'));
  for (const name of ['package.json', 'tsconfig.json']) copyFileSync(path.join(root, name), path.join(folder, name));
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  const at = path.join(folder, file);
  mkdirSync(path.dirname(at), { recursive: true });
  writeFileSync(at, text);
}

function checkRooms(): { status: number | null; output: string } {
  const script = path.join(root, 'scripts/rooms.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('the check of room order', () => {
  it('passes imports that go downward, and Node in tests and in src/platform/node*.ts', () => {
    write('src/platform/node-files.ts', "import { sep } from 'node:path';\nexport const slash = sep;\n");
    write('src/kernels/a.ts', "import { slash } from '../platform/node-files.ts';\nexport const a = slash;\n");
    write('src/kernels/a.test.ts', "import 'node:fs';\nimport { a } from './a.ts';\nconsole.log(a);\n");
    write('src/cli/main.ts', "import 'node:fs';\nimport { a } from '../kernels/a.ts';\nconsole.log(a);\n");
    expect(checkRooms()).toMatchObject({ status: 0 });
  });

  it('refuses an import that climbs, even of a type', () => {
    write('src/model/config.ts', 'export type Config = { layers: number };\nexport const one = 1;\n');
    write('src/tensor/value.ts', "import { one } from '../model/config.ts';\nexport const two = one + one;\n");
    write('src/kernels/type.ts', "import type { Config } from '../model/config.ts';\nexport type Own = Config;\n");
    const { status, output } = checkRooms();
    expect(status).not.toBe(0);
    expect(output).toContain('src/tensor/value.ts → src/model/config.ts');
    expect(output).toContain('src/kernels/type.ts → src/model/config.ts');
  });

  it('refuses Node, dev packages and unknown folders in rooms for the browser', () => {
    write('src/inference/engine.ts', "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n");
    write('src/text/check.ts', "import fc from 'fast-check';\nexport const check = fc;\n");
    write('src/utils/any.ts', "import { check } from '../text/check.ts';\nexport const any = check;\n");
    const { status, output } = checkRooms();
    expect(status).not.toBe(0);
    expect(output).toMatch(/no-node-in-portable-rooms: src\/inference\/engine.ts/);
    expect(output).toMatch(/product-needs-dev-package: src\/text\/check.ts/);
    expect(output).toMatch(/only-known-rooms: src\/utils\/any.ts/);
  });
});
