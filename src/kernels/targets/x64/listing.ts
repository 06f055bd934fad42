import { Assembler, type Label, type VectorOptions } from './assembler.ts';
import { CONDITION, type MemoryOperand, R, type RegisterOrMemory } from './registers.ts';
import { V, type VectorOpcode } from './vector-opcodes.ts';

/** An instruction as it was asked for, and where its bytes stand. A label has no bytes. */
export interface ListedInstruction {
  readonly at: number;
  readonly bytes: number;
  /** In the Intel order of operands: destination first. */
  readonly text: string;
}

/** What is no instruction. */
const SILENT = new Set(['constructor', 'constant', 'finish', 'length']);

/**
 * An assembler that keeps a listing. Every method of the plain one is an instruction or binds a label; one without a
 * spelling of its own below is listed by its name and arguments.
 */
export class ListingAssembler extends Assembler {
  readonly listing: ListedInstruction[] = [];
  readonly #labels = new Map<Label, number>();
  #depth = 0;

  /** Runs a method of the assembler and lists it, unless another one called it. */
  list(name: string, parameters: readonly unknown[], run: () => unknown): unknown {
    const at = this.length;
    this.#depth++;
    try {
      return run();
    } finally {
      this.#depth--;
      if (this.#depth === 0) this.listing.push({ at, bytes: this.length - at, text: this.#text(name, parameters) });
    }
  }

  #label(label: Label): string {
    if (!this.#labels.has(label)) this.#labels.set(label, this.#labels.size + 1);
    return `L${this.#labels.get(label)}`;
  }

  #text(name: string, parameters: readonly unknown[]): string {
    if (name === 'bind') return `${this.#label(parameters[0] as Label)}:`;
    if (name === 'jump') return `jmp ${this.#label(parameters[0] as Label)}`;
    if (name === 'jumpIf') return `j${suffix(parameters[0])} ${this.#label(parameters[1] as Label)}`;
    if (name === 'vector') return vectorText(...(parameters as Parameters<Assembler['vector']>));
    const spelling = (SPELLINGS as unknown as Record<string, (...values: unknown[]) => string>)[name];
    return spelling
      ? spelling(...parameters)
      : `${name} ${parameters.map((value) => JSON.stringify(value)).join(', ')}`;
  }
}

for (const name of Object.getOwnPropertyNames(Assembler.prototype)) {
  const method = Object.getOwnPropertyDescriptor(Assembler.prototype, name)?.value as unknown;
  if (typeof method !== 'function' || SILENT.has(name)) continue;
  Object.defineProperty(ListingAssembler.prototype, name, {
    value(this: ListingAssembler, ...parameters: unknown[]) {
      return this.list(name, parameters, () => method.apply(this, parameters));
    },
  });
}

const WIDE = Object.keys(R);
const LEGACY = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];

/** The name of a general register at a width in bits. */
function general(register: number, bits: 8 | 16 | 32 | 64 = 32): string {
  if (bits === 64) return WIDE[register]!;
  const legacy = LEGACY[register];
  if (legacy === undefined) return `r${register}${{ 8: 'b', 16: 'w', 32: 'd' }[bits]}`;
  if (bits === 32) return `e${legacy}`;
  return bits === 16 ? legacy : `${legacy.replace('x', '')}l`;
}

function memory(operand: MemoryOperand): string {
  if ('pool' in operand) return `[constant ${operand.pool}]`;
  const { base, index, scale = 1, displacement } = operand;
  const scaled = index === undefined ? '' : `+${general(index, 64)}${scale === 1 ? '' : `*${scale}`}`;
  const moved = displacement === 0 ? '' : `${displacement < 0 ? '-' : '+'}${Math.abs(displacement)}`;
  return `[${general(base, 64)}${scaled}${moved}]`;
}

const either = (operand: RegisterOrMemory, bits: 8 | 16 | 32 | 64 = 32): string =>
  typeof operand === 'object' ? memory(operand) : general(operand, bits);
const bitsOf = (wide?: boolean) => (wide ? 64 : 32);

/** The ending of `j`, `set` and `cmov` for a condition. */
function suffix(condition: unknown): string {
  const name = Object.entries(CONDITION).find(([, number]) => number === condition)?.[0] ?? '?';
  const short: Record<string, string> = {
    ...{ below: 'b', aboveOrEqual: 'ae', equal: 'e', notEqual: 'ne' },
    ...{ less: 'l', greaterOrEqual: 'ge', lessOrEqual: 'le', greater: 'g' },
  };
  return short[name] ?? name;
}

const SHIFTS: Readonly<Record<string, string>> = { left: 'shl', rightUnsigned: 'shr', rightSigned: 'sar' };

/** The general instructions, by the methods of the assembler. */
const SPELLINGS: {
  [N in keyof Assembler]?: (...values: Parameters<Extract<Assembler[N], (...values: never[]) => unknown>>) => string;
} = {
  mov64: (to, from) => `mov ${general(to, 64)}, ${either(from, 64)}`,
  mov32: (to, from) => `mov ${general(to)}, ${either(from)}`,
  store64: (to, from) => `mov ${memory(to)}, ${general(from, 64)}`,
  store32: (to, from) => `mov ${memory(to)}, ${general(from)}`,
  store16: (to, from) => `mov ${memory(to)}, ${general(from, 16)}`,
  store8: (to, from) => `mov ${memory(to)}, ${general(from, 8)}`,
  movImmediate: (to, value) => `mov ${general(to)}, ${value}`,
  movsxd: (to, from) => `movsxd ${general(to, 64)}, ${either(from)}`,
  loadU8: (to, from) => `movzx ${general(to)}, byte ${memory(from)}`,
  loadI8: (to, from) => `movsx ${general(to)}, byte ${memory(from)}`,
  loadU16: (to, from) => `movzx ${general(to)}, word ${memory(from)}`,
  lea: (to, from, wide = true) => `lea ${general(to, bitsOf(wide))}, ${memory(from)}`,
  alu: (operation, to, from, wide) => `${operation} ${general(to, bitsOf(wide))}, ${either(from, bitsOf(wide))}`,
  aluImmediate: (operation, to, value, wide) => `${operation} ${general(to, bitsOf(wide))}, ${value}`,
  test: (a, b) => `test ${general(a)}, ${general(b)}`,
  negate: (to) => `neg ${general(to)}`,
  multiply: (to, from, wide) => `imul ${general(to, bitsOf(wide))}, ${either(from, bitsOf(wide))}`,
  multiplyImmediate: (to, from, value, wide) =>
    `imul ${general(to, bitsOf(wide))}, ${either(from, bitsOf(wide))}, ${value}`,
  divide: (by, signed) => `${signed ? 'cdq; idiv' : 'xor edx, edx; div'} ${either(by)}`,
  shiftImmediate: (kind, to, count, wide) => `${SHIFTS[kind]} ${general(to, bitsOf(wide))}, ${count}`,
  shift: (kind, to, from, count) => `${SHIFTS[kind]}x ${general(to)}, ${either(from)}, ${general(count)}`,
  bzhi: (to, from, count) => `bzhi ${general(to)}, ${either(from)}, ${general(count)}`,
  setCondition: (condition, to) => `set${suffix(condition)} ${general(to, 8)}; movzx ${general(to)}, ${general(to, 8)}`,
  moveIf: (condition, to, from, wide) =>
    `cmov${suffix(condition)} ${general(to, bitsOf(wide))}, ${general(from, bitsOf(wide))}`,
  callRegister: (address) => `call ${general(address, 64)}`,
  push: (register) => `push ${general(register, 64)}`,
  pop: (register) => `pop ${general(register, 64)}`,
  ret: () => 'ret',
  pause: () => 'pause',
  lockExchangeAdd: (to, register) => `lock xadd ${memory(to)}, ${general(register)}`,
  exchange: (to, register) => `xchg ${memory(to)}, ${general(register)}`,
  prefetch: (from, hint) => `prefetch${hint} ${memory(from)}`,
  cpuid: () => 'cpuid',
  xgetbv: () => 'xgetbv',
  maskFromGeneral: (mask, from) => `kmovw k${mask}, ${general(from)}`,
  generalFromMask: (to, mask) => `kmovw ${general(to)}, k${mask}`,
  zeroUpper: () => 'vzeroupper',
};

const NAMES = new Map<VectorOpcode, string>(Object.entries(V).map(([name, opcode]) => [opcode, name]));

/** Operands as the assembler takes them; where an instruction has fewer, the second is not meant. */
function vectorText(
  opcode: VectorOpcode,
  to: number,
  first: number,
  second: RegisterOrMemory,
  { width, mask, zero, broadcast, immediate, evex }: VectorOptions,
): string {
  const name = NAMES.get(opcode) ?? '?';
  const register = (number: number) => `${{ 128: 'x', 256: 'y', 512: 'z' }[width]}mm${number}`;
  const masked = mask === undefined ? '' : `{k${mask}}${zero ? '{z}' : ''}`;
  const source = typeof second === 'object' ? memory(second) + (broadcast ? '{1to all}' : '') : register(second);
  const last = immediate === undefined ? '' : `, ${immediate}`;
  const mnemonic = `v${name.replace(/Store$|Immediate$/, '')}`;
  if (STORES.test(name)) return `${mnemonic} ${source}${masked}, ${register(to)}${last}`;
  const intoMask = /cmp/.test(name) && (evex || width === 512);
  const target = intoMask ? `k${to}` : register(to);
  const between = first === 0 && UNARY.test(name) ? '' : `${register(first)}, `;
  return `${mnemonic} ${target}${masked}, ${between}${source}${last}`;
}

/** Instructions whose destination is the operand that may be memory. */
const STORES = /Store$|^pmovd[bw]$|^cvtps2ph$|^extract/;
/** Instructions with one source. */
const UNARY = /^(mov|broadcast|p?cvt|cvt|sqrtps|round|pmov|pabs|pbroadcast|pshufd)|Immediate$/;
