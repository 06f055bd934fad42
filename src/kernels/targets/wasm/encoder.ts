/** Writes WebAssembly's binary format: bytes, LEB128 numbers, sections. */
export class ByteWriter {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  byte(...values: number[]): this {
    for (const value of values) this.#bytes.push(value);
    return this;
  }

  unsigned(value: number): this {
    let rest = value;
    do {
      const low = rest % 128;
      rest = Math.floor(rest / 128);
      this.#bytes.push(rest > 0 ? low | 0x80 : low);
    } while (rest > 0);
    return this;
  }

  signed(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.#bytes.push(low);
        return this;
      }
      this.#bytes.push(low | 0x80);
    }
  }

  f32(value: number): this {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value, true);
    for (let i = 0; i < 4; i++) this.#bytes.push(view.getUint8(i));
    return this;
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.unsigned(encoded.length).append(encoded);
  }

  append(bytes: Iterable<number>): this {
    for (const value of bytes) this.#bytes.push(value);
    return this;
  }

  /** A section: its id, its size, its content. */
  section(id: number, write: (content: ByteWriter) => void): this {
    return this.byte(id).sized(write);
  }

  /** Content preceded by its size in bytes. */
  sized(write: (content: ByteWriter) => void): this {
    const content = new ByteWriter();
    write(content);
    return this.unsigned(content.length).append(content.#bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}

export const TYPE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, v128: 0x7b, void: 0x40 } as const;

export interface MemoryImport {
  /** Whether the memory is shared among threads. */
  readonly shared: boolean;
  /** Whether addresses are 64 bits wide. */
  readonly wide: boolean;
  /** Upper limit of the memory's size in 64 KiB pages; an imported memory may have less. */
  readonly maximumPages: number;
}

/**
 * A module with one function, exported as `run`, over an imported memory `m.m`. `parameters` and `locals` are value
 * types, `code` the body without its final `end`.
 */
export function encodeModule(
  memory: MemoryImport,
  parameters: readonly number[],
  locals: readonly number[],
  code: Uint8Array,
  results: readonly number[] = [],
): Uint8Array<ArrayBuffer> {
  const limits = 0x01 | (memory.shared ? 0x02 : 0) | (memory.wide ? 0x04 : 0);
  return new ByteWriter()
    .byte(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00)
    .section(1, (s) => {
      s.unsigned(1).byte(0x60).unsigned(parameters.length).append(parameters);
      s.unsigned(results.length).append(results);
    })
    .section(2, (s) => s.unsigned(1).name('m').name('m').byte(0x02, limits).unsigned(0).unsigned(memory.maximumPages))
    .section(3, (s) => s.unsigned(1).unsigned(0))
    .section(7, (s) => s.unsigned(1).name('run').byte(0x00).unsigned(0))
    .section(10, (s) =>
      s.unsigned(1).sized((body) => {
        body.unsigned(locals.length);
        for (const type of locals) body.unsigned(1).byte(type);
        body.append(code).byte(0x0b);
      }),
    )
    .finish();
}
