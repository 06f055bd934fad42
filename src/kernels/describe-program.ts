import type { Instruction, KernelProgram, Value } from './ir.ts';

/** A kernel's program as text, one instruction a line, as in docs/kernels.md. */
export function describeProgram({ name, lanes, parameters, worker, workers, body }: KernelProgram): string {
  const given = parameters.map(({ kind, value }) => `${of(value)} ${kind}`).join(', ');
  const head = `${name} for ${lanes} lanes: ${given}; worker ${of(worker)} of ${of(workers)}`;
  return [head, ...block(body, '')].join('\n');
}

const of = (value: Value): string => `%${value.id}`;

function block(body: readonly Instruction[], indent: string): string[] {
  const inner = `${indent}  `;
  return body.flatMap((instruction) => {
    switch (instruction.op) {
      case 'loop': {
        const { index, start, end, step } = instruction;
        return [
          `${indent}loop ${of(index)} from ${of(start)} to ${of(end)} step ${step}`,
          ...block(instruction.body, inner),
        ];
      }
      case 'while':
        return [
          `${indent}while`,
          ...block(instruction.test, inner),
          `${indent}is ${of(instruction.condition)}`,
          ...block(instruction.body, inner),
        ];
      case 'if': {
        const otherwise = block(instruction.otherwise, inner);
        const rest = otherwise.length === 0 ? [] : [`${indent}else`, ...otherwise];
        return [`${indent}if ${of(instruction.condition)}`, ...block(instruction.body, inner), ...rest];
      }
      default:
        return [indent + line(instruction)];
    }
  });
}

type Simple = Exclude<Instruction, { op: 'loop' | 'while' | 'if' }>;

function line(instruction: Simple): string {
  switch (instruction.op) {
    case 'const':
      return `${of(instruction.result)} = ${instruction.result.type} ${instruction.value}`;
    case 'pure':
      return `${of(instruction.result)} = ${[instruction.name, instruction.args.map(of).join(', ')].join(' ').trim()}`;
    case 'offset': {
      const { result, base, index, scale } = instruction;
      return `${of(result)} = ${of(base)} + ${of(index)} * ${scale}`;
    }
    case 'load': {
      const { result, memory, address, offset, count, splat } = instruction;
      return `${of(result)} = load ${memory} [${of(address)} + ${offset}]${part(count)}${splat ? ' to all lanes' : ''}`;
    }
    case 'store': {
      const { value, memory, address, offset, count } = instruction;
      return `store ${memory} [${of(address)} + ${offset}] = ${of(value)}${part(count)}`;
    }
    case 'prefetch':
      return `prefetch [${of(instruction.address)} + ${instruction.offset}]`;
    case 'atomic': {
      const { kind, result, address, value } = instruction;
      return `${result ? `${of(result)} = ` : ''}atomic ${kind} [${of(address)}]${value ? ` ${of(value)}` : ''}`;
    }
    case 'set':
      return `${of(instruction.variable)} := ${of(instruction.value)}`;
  }
}

const part = (count: Value | undefined): string => (count === undefined ? '' : ` first ${of(count)}`);
