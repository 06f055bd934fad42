import {
  Environment,
  Interpreter,
  parse,
  type TemplateEnvironment,
  type TemplateValue,
  tokenize,
} from './template-library.ts';

/** Most characters of a template's source. */
const LONGEST_SOURCE = 2 ** 20;
/** Most characters of a text that a template may make; an entry of a list counts as so many and what is in it. */
const LARGEST_VALUE = 2 ** 24;
const ENTRY = 32;
/** Most entries of one `range`. */
const LONGEST_RANGE = 2 ** 16;

export interface TemplateLimits {
  /** Steps of a template's evaluation; large values count for more. Default 5 million: seconds. */
  readonly steps?: number;
  /** Milliseconds. Default 20,000. */
  readonly time?: number;
}

/**
 * A Jinja template of somebody else's. What it may spend is limited: models come from anywhere, and a template is a
 * program. It reads only the variables it is given.
 */
export class ChatTemplate {
  readonly #program: unknown;

  /** @throws if the source is no template */
  constructor(source: string) {
    if (source.length > LONGEST_SOURCE) {
      throw new Error(`the chat template has ${source.length} characters; at most ${LONGEST_SOURCE} are read`);
    }
    try {
      // As Hugging Face transformers sets Jinja up.
      this.#program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
    } catch (error) {
      throw new Error(`the chat template cannot be read: ${reason(error)}`, { cause: error });
    }
  }

  /** @throws if the template raises an exception, fails, or goes beyond a limit */
  render(variables: Readonly<Record<string, unknown>>, limits: TemplateLimits = {}): string {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
    try {
      return String(new BoundedInterpreter(environment, limits).run(this.#program).value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new Error(`the chat template failed: ${reason(error)}`, { cause: error });
    }
  }
}

/** RangeError here is mostly the stack's: the engine's own words for that say nothing about templates. */
function reason(error: unknown): string {
  const { message } = error as Error;
  return error instanceof RangeError && /stack|recursion/i.test(message) ? 'it is nested too deeply' : message;
}

class BoundedInterpreter extends Interpreter {
  readonly #sizes = new WeakMap<object, number>();
  readonly #steps: number;
  readonly #end: number;
  #work = 0;
  #nextLook = 1024;

  constructor(environment: TemplateEnvironment, { steps = 5e6, time = 20_000 }: TemplateLimits) {
    super(environment);
    this.#steps = steps;
    this.#end = performance.now() + time;
  }

  override evaluate(statement: unknown, environment: TemplateEnvironment): TemplateValue {
    this.#spend(1);
    const value = super.evaluate(statement, environment);
    const size = this.#sizeOf(value);
    if (size > LARGEST_VALUE)
      throw new Error(`the chat template makes a text or list beyond ${LARGEST_VALUE} characters`);
    if (size > 1024) this.#spend(size / 1024);
    return value;
  }

  #spend(work: number): void {
    this.#work += work;
    if (this.#work < this.#nextLook) return;
    this.#nextLook = this.#work + 1024;
    if (this.#work > this.#steps) throw new Error(`the chat template takes more than ${this.#steps} steps`);
    if (performance.now() > this.#end) throw new Error('the chat template takes too long');
  }

  /** The size of a text, a list or an object, which never change once made. */
  #sizeOf(value: TemplateValue): number {
    const content: unknown = value.value;
    if (typeof content === 'string') return content.length;
    if (!Array.isArray(content) && !(content instanceof Map)) return 1;
    let size = this.#sizes.get(value);
    if (size === undefined) {
      size = 0;
      for (const entry of content.values() as Iterable<TemplateValue>) size += ENTRY + this.#sizeOf(entry);
      // The fields of a namespace can be set, so what they hold now says nothing about later.
      if (value.type !== 'NamespaceValue') this.#sizes.set(value, size);
    }
    return size;
  }
}

/** What templates may call and name, beside their variables. */
const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  raise_exception: (message: unknown) => {
    throw new Error(String(message));
  },
  range,
  strftime_now: (format: string) => strftime(format, new Date()),
};

function range(start: number, stop?: number, step = 1): number[] {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.max(0, Math.ceil((end - first) / step));
  if (!(step !== 0 && count <= LONGEST_RANGE)) {
    throw new Error(`the chat template asks for a range of ${count} numbers; at most ${LONGEST_RANGE} are made`);
  }
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** A date as C's strftime writes it, in English; the conversions that chat templates use. */
export function strftime(format: string, date: Date): string {
  const name = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-US', options).format(date);
  const two = (value: number) => String(value).padStart(2, '0');
  const conversions: Readonly<Record<string, () => string>> = {
    a: () => name({ weekday: 'short' }),
    A: () => name({ weekday: 'long' }),
    b: () => name({ month: 'short' }),
    B: () => name({ month: 'long' }),
    d: () => two(date.getDate()),
    e: () => String(date.getDate()).padStart(2, ' '),
    H: () => two(date.getHours()),
    I: () => two(date.getHours() % 12 || 12),
    m: () => two(date.getMonth() + 1),
    M: () => two(date.getMinutes()),
    p: () => (date.getHours() < 12 ? 'AM' : 'PM'),
    S: () => two(date.getSeconds()),
    y: () => two(date.getFullYear() % 100),
    Y: () => String(date.getFullYear()),
    '%': () => '%',
  };
  return format.replace(/%-?(.)/gu, (conversion, letter: string) => {
    const write = conversions[letter];
    if (write === undefined)
      throw new Error(`the chat template asks for the date as ${conversion}, which is not known`);
    return conversion[1] === '-' ? write().replace(/^[0 ](?=.)/, '') : write();
  });
}
