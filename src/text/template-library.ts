import * as jinja from '@huggingface/jinja';

/** A value of a running template. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
}

export interface TemplateEnvironment {
  /** Declares a variable; throws if there is one of that name. */
  set(name: string, value: unknown): unknown;
}

interface TemplateInterpreter {
  run(program: unknown): TemplateValue;
  /** Evaluates a statement or an expression; the interpreter calls this for each one within it too. */
  evaluate(statement: unknown, environment: TemplateEnvironment): TemplateValue;
}

/**
 * What this room uses of `@huggingface/jinja`. Its published types (0.5.11) do not resolve under `nodenext` module
 * resolution and would stand here as `any`; this is the one place where they are given.
 */
export const { Environment, Interpreter, parse, tokenize } = jinja as unknown as {
  Environment: new () => TemplateEnvironment;
  Interpreter: new (environment: TemplateEnvironment) => TemplateInterpreter;
  tokenize(source: string, options: { lstrip_blocks: boolean; trim_blocks: boolean }): unknown;
  parse(tokens: unknown): unknown;
};
