import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Assembler, Label } from './assembler.ts';
import { encodingCases } from './fixtures/cases.ts';
import type { EncodingCase } from './fixtures/operands.ts';
import { R } from './registers.ts';
import { V } from './vector-opcodes.ts';

interface Encoding {
  readonly assembly: string;
  readonly bytes: string;
}

const golden: { madeBy: string; encodings: Encoding[] } = JSON.parse(
  readFileSync(new URL('fixtures/encodings.json', import.meta.url), 'utf8'),
);
const expected = new Map(golden.encodings.map(({ assembly, bytes }) => [assembly, bytes]));
const groups = Map.groupBy(encodingCases, ({ group }) => group);

/** The code of a case, or its whole image where the constants behind the code count. */
function encode({ emit, image }: EncodingCase): Uint8Array {
  const assembler = new Assembler();
  emit(assembler);
  const bytes = assembler.finish();
  return image ? bytes : bytes.subarray(0, assembler.length);
}

describe('encodings of GNU as', () => {
  it('are those of the cases (else run scripts/goldens/x64_encodings.ts)', () => {
    expect(golden.encodings.map(({ assembly }) => assembly)).toEqual(encodingCases.map(({ assembly }) => assembly));
  });

  it.each([...groups])('%s', (_, cases) => {
    const ours = cases.map((one) => ({ assembly: one.assembly, bytes: encode(one).toHex() }));
    expect(ours).toEqual(cases.map(({ assembly }) => ({ assembly, bytes: expected.get(assembly) })));
  });

  it('cover every method and every vector instruction', () => {
    const used = new Set<unknown>();
    for (const { emit } of encodingCases) {
      const assembler = new Assembler();
      const watching = new Proxy(assembler, {
        get(_, name) {
          used.add(name);
          const member = Reflect.get(assembler, name, assembler);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => {
            if (name === 'vector') used.add(args[0]);
            return member.apply(assembler, args);
          };
        },
      });
      emit(watching);
    }
    const methods = Object.getOwnPropertyNames(Assembler.prototype);
    const apart = ['constructor', 'length', 'finish'];
    expect(methods.filter((name) => !used.has(name) && !apart.includes(name))).toEqual([]);
    expect(Object.entries(V).filter(([, op]) => !used.has(op))).toEqual([]);
  });
});

describe('labels and constants', () => {
  it('jump over more code than the first buffer holds', () => {
    const assembler = new Assembler();
    const [back, ahead] = [new Label(), new Label()];
    assembler.bind(back);
    assembler.jump(ahead);
    for (let i = 0; i < 50_000; i++) assembler.pause();
    assembler.bind(ahead);
    assembler.jump(back);
    const view = new DataView(assembler.finish().buffer);
    expect(assembler.length).toBe(100_010);
    expect(view.getInt32(1, true)).toBe(100_000);
    expect(view.getInt32(100_006, true)).toBe(-100_010);
  });

  it('are where finish() can be asked for them twice', () => {
    const assembler = new Assembler();
    assembler.mov32(R.rax, assembler.constant(Uint8Array.of(1, 2, 3, 4)));
    expect(assembler.finish()).toEqual(assembler.finish());
    expect(assembler.finish().length).toBe(68);
  });
});

describe('what cannot be encoded is refused', () => {
  const place = { base: R.rax, displacement: 0 };
  const refused: readonly [string, (a: Assembler) => void, RegExp][] = [
    ['rsp as index', (a) => a.mov32(R.rax, { ...place, index: R.rsp }), /index/],
    ['a displacement beyond 32 bits', (a) => a.mov32(R.rax, { ...place, displacement: 2 ** 31 }), /32 bits/],
    ['a 64-bit operation with an immediate beyond 32 bits', (a) => a.aluImmediate('add', 0, 2 ** 31, true), /32 bits/],
    ['a 64-bit product with such an immediate', (a) => a.multiplyImmediate(0, 0, 2 ** 31, true), /32 bits/],
    ['registers above 15 where there is only VEX', (a) => a.vector(V.blendvps, 16, 0, 0, { width: 256 }), /VEX/],
    ['512 bits where there is only VEX', (a) => a.vector(V.maskmovps, 1, 0, place, { width: 512 }), /VEX/],
    ['a register as broadcast', (a) => a.vector(V.addps, 1, 0, 2, { width: 512, broadcast: true }), /broadcast/],
    ['a label bound twice', bindTwice, /once/],
    ['a jump to a label that is never bound', (a) => a.jump(new Label()), /never bound/],
  ];
  it.each(refused)('%s', (_, emit, message) => {
    const assembler = new Assembler();
    expect(() => {
      emit(assembler);
      assembler.finish();
    }).toThrow(message);
  });

  function bindTwice(assembler: Assembler): void {
    const label = new Label();
    assembler.bind(label);
    assembler.bind(label);
  }
});

const objdump = spawnSync('objdump', ['--help'], { encoding: 'utf8' }).stdout ?? '';
const canDisassemble = objdump.includes('i386:x86-64');

describe.skipIf(!canDisassemble)('objdump (skipped where it is not installed or does not know x86-64)', () => {
  const single = encodingCases.filter(({ image, assembly }) => !image && !assembly.includes(';'));
  const images = Map.groupBy(single, ({ group, assembly }) => {
    if (!group.startsWith('vector ')) return 'general instructions';
    return assembly.includes('{evex}') ? 'EVEX instructions' : 'VEX instructions';
  });

  it.each([...images])('reads one image of all %s as they were meant', (_, cases) => {
    const assembler = new Assembler();
    const meant = cases.map(({ assembly, emit }) => {
      const address = assembler.length;
      emit(assembler);
      return { address, name: written(assembly) };
    });
    const read = disassemble(assembler.finish().subarray(0, assembler.length));
    expect(read.map(({ address }) => address)).toEqual(meant.map(({ address }) => address));
    const other = read.flatMap(({ name, text }, i) =>
      agree(name, meant[i]!.name) ? [] : [`${meant[i]!.name}: ${text}`],
    );
    expect(other).toEqual([]);
  });

  it.each(encodingCases.filter(({ image }) => image).map((one) => [one.assembly, one] as const))(
    'reads %s',
    (_, one) => {
      const assembler = new Assembler();
      one.emit(assembler);
      const read = disassemble(assembler.finish().subarray(0, assembler.length));
      expect(read.map(({ text }) => text).filter((text) => text.includes('(bad)'))).toEqual([]);
      expect(read.at(-1)!.end).toBe(assembler.length);
    },
  );
});

interface Instruction {
  readonly address: number;
  readonly end: number;
  readonly name: string;
  readonly text: string;
}

function disassemble(code: Uint8Array): Instruction[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'jingqi-objdump-'));
  try {
    const file = path.join(folder, 'image');
    writeFileSync(file, code);
    const args = ['-D', '-b', 'binary', '-m', 'i386:x86-64', '-M', 'intel', '--insn-width=16', file];
    const { stdout, status, stderr } = spawnSync('objdump', args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (status !== 0) throw new Error(`objdump: ${stderr}`);
    return [...stdout.matchAll(/^ *([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t(.*)$/gm)].map(([, at, bytes, text]) => {
      const address = Number.parseInt(at!, 16);
      return { address, end: address + bytes!.trim().split(' ').length, name: written(text!), text: text!.trim() };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The name of the instruction, without what stands in braces before it. */
const written = (text: string): string => text.replace(/^(\{\w+\} +)*/, '').split(/ +(?!xadd)/)[0]!;

/** Compares are disassembled with their predicate in the name: `vcmplt_oqps` for `vcmpps`. */
function agree(name: string, meant: string): boolean {
  const compare = /^v(p?)cmp(ps|ss|d)$/.exec(meant);
  if (compare === null) return name === meant;
  return name === meant || (name.startsWith(`v${compare[1]}cmp`) && name.endsWith(compare[2]!));
}
