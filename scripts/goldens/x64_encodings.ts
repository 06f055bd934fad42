// node scripts/goldens/x64_encodings.ts: lets GNU `as` encode the cases of the assembler's test, which compares its own
// bytes with them. Needs binutils (`as` and `objcopy`) for x86-64. Run it when the cases change.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodingCases } from '../../src/kernels/targets/x64/fixtures/cases.ts';

const target = fileURLToPath(new URL('../../src/kernels/targets/x64/fixtures/encodings.json', import.meta.url));
const LINE_WIDTH = 120;

const assemblies = encodingCases.map(({ assembly }) => assembly);
const [version] = execFileSync('as', ['--version'], { encoding: 'utf8' }).split('\n');
const lines = encode(assemblies).map((bytes, i) => entry({ assembly: assemblies[i]!, bytes: bytes.toString('hex') }));
const text = `{
  "madeBy": "scripts/goldens/x64_encodings.ts with ${version}",
  "encodings": [
${lines.join(',\n')}
  ]
}
`;
writeFileSync(`${target}.tmp`, text);
renameSync(`${target}.tmp`, target);
console.log(`${lines.length} encodings, ${text.length} bytes`);

/** Assembles all texts as one file: each starts at a multiple of 64, and a second section counts the bytes of each. */
function encode(texts: readonly string[]): Buffer[] {
  const source = texts.map((text, i) => `.p2align 6, 0xcc\nbegin${i}: ${text}\nend${i}:`).join('\n');
  const lengths = texts.map((_, i) => `.long end${i} - begin${i}`).join('\n');
  const folder = mkdtempSync(path.join(tmpdir(), 'x64-encodings-'));
  const object = path.join(folder, 'out.o');
  const section = (name: string): Buffer => {
    const file = path.join(folder, 'section');
    // Only what is to be loaded is copied.
    const loaded = ['--set-section-flags', `${name}=alloc`];
    execFileSync('objcopy', ['-O', 'binary', '--only-section', name, ...loaded, object, file]);
    return readFileSync(file);
  };
  try {
    const input = `.intel_syntax noprefix\n.text\n${source}\n.section .sizes\n${lengths}\n`;
    execFileSync('as', ['--64', '-o', object], { input, stdio: ['pipe', 'inherit', 'inherit'] });
    const image = section('.text');
    const counts = section('.sizes');
    let at = 0;
    return texts.map((_, i) => {
      at = Math.ceil(at / 64) * 64;
      const bytes = image.subarray(at, at + counts.readUInt32LE(4 * i));
      at += bytes.length;
      return bytes;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One entry, as the project's formatter writes it. */
function entry({ assembly, bytes }: { assembly: string; bytes: string }): string {
  const fields = [`"assembly": ${JSON.stringify(assembly)}`, `"bytes": "${bytes}"`];
  const line = `    { ${fields.join(', ')} }`;
  return line.length < LINE_WIDTH ? line : `    {\n      ${fields.join(',\n      ')}\n    }`;
}
