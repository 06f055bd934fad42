/** What is run on Node and in a browser alike: a model read from a directory, its logits, and greedy tokens. */
export interface Modules {
  readonly tensor: typeof import('../../src/tensor/index.ts');
  readonly model: typeof import('../../src/model/index.ts');
  readonly checkpoint: typeof import('../../src/checkpoint/index.ts');
  readonly inference: typeof import('../../src/inference/index.ts');
  readonly platform: typeof import('../../src/platform/index.ts');
}

export interface ScenarioOptions {
  /** Path or address of the model's directory. */
  readonly model: string;
  readonly target: 'wasm' | 'wasm-plain';
  /** Default: the runtime's own choice. */
  readonly workers?: number;
  readonly prompt: readonly number[];
  /** Greedy tokens to generate. */
  readonly tokens: number;
}

export interface ScenarioResult {
  readonly host: { readonly name: string; readonly sharedMemory: boolean; readonly canSleep: boolean };
  readonly target: string;
  readonly workers: number;
  /** Logits after each prefix of the prompt. */
  readonly logits: number[][];
  /** The tokens that the engine generated after the prompt. */
  readonly tokens: number[];
  /** The same by an engine whose model lies in two memories. */
  readonly stagedTokens: number[];
}

const PAGE_SIZE = 4;

export async function runScenario(modules: Modules, options: ScenarioOptions): Promise<ScenarioResult> {
  const { name, sharedMemory, canSleep } = modules.platform.platform();
  const { target, workers } = options;
  const runtime = await modules.tensor.createRuntime({
    target,
    memoryBytes: 2 ** 28,
    ...(workers === undefined ? {} : { workers }),
  });
  try {
    const loaded = await modules.checkpoint.loadModel(runtime, options.model);
    const logits = prefixLogits(modules, runtime, loaded, options.prompt);
    const tokens = await generate(modules, { runtime, ...loaded }, options);
    const stagedTokens = await generateInStages(modules, options);
    return {
      host: { name, sharedMemory, canSleep },
      target: runtime.target.name,
      workers: runtime.workers,
      logits,
      tokens,
      stagedTokens,
    };
  } finally {
    await runtime.close();
  }
}

type EngineOptions = import('../../src/inference/index.ts').EngineOptions;

async function generate({ inference }: Modules, model: EngineOptions, options: ScenarioOptions): Promise<number[]> {
  const engine = inference.Engine.create({ ...model, maximumSequences: 2, contextLength: 96 });
  const request = { prompt: options.prompt, maximumTokens: options.tokens, endTokens: [] };
  const tokens: number[] = [];
  for await (const token of engine.generate(request)) tokens.push(token);
  await engine.close();
  return tokens;
}

/** The first layer in one memory, the others in a second. */
async function generateInStages(modules: Modules, options: ScenarioOptions): Promise<number[]> {
  const { target, workers } = options;
  const threads = workers === undefined ? {} : { workers };
  const [one, other] = await modules.tensor.startRuntimes({ target, ...threads }, () => [2 ** 26, 2 ** 26]);
  const checkpoint = await modules.checkpoint.openCheckpoint(options.model);
  try {
    await one!.ready;
    const { config } = checkpoint;
    const parameters = modules.model.allocateParameters((layer = 0) => (layer < 1 ? one! : other!), config);
    await modules.checkpoint.loadWeights(one!, checkpoint, parameters);
    const stages = [
      { runtime: one!, first: 0, end: 1 },
      { runtime: other!, first: 1, end: config.layers },
    ];
    return await generate(modules, { runtime: one!, stages, config, parameters }, options);
  } finally {
    await checkpoint.close();
    await one!.close();
  }
}

type Runtime = import('../../src/tensor/index.ts').Runtime;
type LoadedModel = import('../../src/checkpoint/index.ts').LoadedModel;

/** All prefixes in one step through the cache. */
function prefixLogits(
  { tensor, model }: Modules,
  runtime: Runtime,
  { config, parameters }: LoadedModel,
  prompt: readonly number[],
): number[][] {
  const rows = prompt.length;
  const pages = Math.ceil(rows / PAGE_SIZE);
  const input = (name: string, shape: number[], values: ArrayLike<number>) => {
    const allocated = runtime.allocate(name, shape, 'i32');
    runtime.write(allocated, values);
    return allocated;
  };
  const counted = (length: number) => Int32Array.from({ length }, (_, at) => at);
  const ids = input('ids', [rows], prompt);
  const positions = input('positions', [rows], counted(rows));
  const sequences = input('sequences', [rows], new Int32Array(rows));
  const pageTable = input('page table', [1, pages], counted(pages).reverse());
  const table = model.allocateRotaryTable(runtime, config, rows);
  const width = model.cacheWidth(config);
  const caches = parameters.layers.map((_, layer) => ({
    form: 'absorbed' as const,
    cache: runtime.allocate(`cache ${layer}`, [pages * PAGE_SIZE, width]),
    rows: { pageTable, sequences, positions, pageSize: PAGE_SIZE },
  }));
  const program = tensor.record(runtime, () => {
    const step = { ids, rotary: { positions, table }, rows, caches };
    return model.vocabularyLogits(model.decodeCached(step, parameters, config).hidden, parameters);
  });
  program.replay();
  const values = Array.from(runtime.read(program.outputs));
  program.release();
  const size = config.vocabularySize;
  return prompt.map((_, row) => values.slice(row * size, (row + 1) * size));
}
