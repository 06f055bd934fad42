import type { AttentionForm, ModelConfig, ModelParameters } from '../model/index.ts';
import { platform } from '../platform/index.ts';
import { CACHE_FORMATS, type CacheFormat, type Runtime } from '../tensor/index.ts';
import { Generation, type GenerationResult } from './generation.ts';
import { checkRequest, type GenerationRequest } from './generation-request.ts';
import { KeyValueCache } from './key-value-cache.ts';
import { logProbabilities } from './log-probabilities.ts';
import { Sampler, SamplerScratch } from './sampling.ts';
import { Scheduler } from './scheduler.ts';
import { type FinishReason, Sequence } from './sequence.ts';
import { oneStage, type Stage } from './stages.ts';
import { StepPrograms } from './step-programs.ts';
import { nextTurn } from './turns.ts';

export interface EngineOptions {
  readonly runtime: Runtime;
  /** Where the model's layers lie. Default: all in the runtime's memory. */
  readonly stages?: readonly Stage[] | undefined;
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
  /** Most sequences in one step. Default 8. */
  readonly maximumSequences?: number;
  /** Most tokens of a sequence, prompt included. Default: the model's positions. */
  readonly contextLength?: number;
  /** Tokens for which the cache has room, all sequences together. Default: maximumSequences · contextLength. */
  readonly cacheTokens?: number;
  /** Positions in a page of the cache, a power of two. Default 16. */
  readonly pageSize?: number;
  /** How the cache keeps its numbers: f32, f16, bf16, or q8 (bytes with a scale for every 32). Default: f32. */
  readonly cacheFormat?: CacheFormat;
  /** Most rows of one step; longer prompts take several. Default 256. */
  readonly rowLimit?: number;
  /** Form of latent attention. Default: absorbed, which reads only latents. */
  readonly attention?: AttentionForm;
  /** Tokens that the tokenizer knows; ids from there on fill up the vocabulary and are never chosen. Default: all. */
  readonly usedVocabulary?: number;
}

/** What an engine has done so far. */
export interface EngineStatistics {
  readonly steps: number;
  readonly rows: number;
  /** Milliseconds in steps, and of these in the recorded Programs. */
  readonly stepTime: number;
  readonly programTime: number;
  readonly preemptions: number;
}

/** Milliseconds of steps after which the host gets a turn (input, signals, timers); readers get one after each step. */
const TURN = 8;

/** Generates from a model for many requests at once. */
export class Engine {
  /** That of the first stage. */
  readonly runtime: Runtime;
  readonly stages: readonly Stage[];
  readonly config: ModelConfig;
  readonly parameters: ModelParameters;
  readonly contextLength: number;
  readonly maximumSequences: number;
  readonly cache: KeyValueCache;
  readonly #programs: StepPrograms;
  readonly #scheduler: Scheduler;
  readonly #scratch: SamplerScratch;
  /** The requests that run or wait. */
  readonly #requests = new Map<Sequence, GenerationRequest>();
  readonly #sampled: Sequence[] = [];
  readonly #statistics = { steps: 0, rows: 0, stepTime: 0, programTime: 0, preemptions: 0 };
  #driving: Promise<void> | undefined;
  #closed = false;

  /** @throws {RangeError} for sizes that do not go together; {OutOfMemoryError} */
  static create(options: EngineOptions): Engine {
    return new Engine(options);
  }

  private constructor(options: EngineOptions) {
    const { runtime, config, parameters, pageSize = 16, maximumSequences = 8 } = options;
    const contextLength = options.contextLength ?? config.maxPositions;
    const rowLimit = Math.max(options.rowLimit ?? 256, maximumSequences);
    const cacheTokens = options.cacheTokens ?? maximumSequences * contextLength;
    const used = options.usedVocabulary ?? config.vocabularySize;
    for (const [name, value] of Object.entries({ maximumSequences, contextLength, rowLimit, cacheTokens })) {
      if (!(Number.isInteger(value) && value >= 1)) {
        throw new RangeError(`${name} must be a whole number of at least 1, got ${value}`);
      }
    }
    const format = options.cacheFormat ?? 'f32';
    if (!CACHE_FORMATS.includes(format)) {
      throw new RangeError(`there is no cache format '${format}'; there are ${CACHE_FORMATS.join(', ')}`);
    }
    if (contextLength > config.maxPositions) {
      throw new RangeError(`contextLength ${contextLength} is above the model's ${config.maxPositions} positions`);
    }
    if (!(used >= 1 && used <= config.vocabularySize)) {
      throw new RangeError(`the tokenizer has ${used} tokens, the model's vocabulary ${config.vocabularySize}`);
    }
    const { stages = oneStage(runtime, config) } = options;
    this.runtime = stages[0]?.runtime ?? runtime;
    this.stages = stages;
    this.config = config;
    this.parameters = parameters;
    this.contextLength = contextLength;
    this.maximumSequences = maximumSequences;
    this.cache = new KeyValueCache(stages, config, {
      pages: Math.ceil(cacheTokens / pageSize),
      pageSize,
      seats: maximumSequences,
      pagesPerSequence: Math.ceil(contextLength / pageSize),
      format,
    });
    try {
      this.#programs = new StepPrograms({
        stages,
        config,
        parameters,
        cache: this.cache,
        contextLength,
        rowLimit,
        logitsLimit: maximumSequences,
        form: options.attention ?? 'absorbed',
      });
    } catch (error) {
      this.cache.release();
      throw error;
    }
    this.#scheduler = new Scheduler({ cache: this.cache, rowLimit, seats: maximumSequences });
    this.#scratch = new SamplerScratch(used);
  }

  get statistics(): EngineStatistics {
    return { ...this.#statistics };
  }

  /** Starts a request; its tokens come by iterating over the result. Throws if the request can never be served. */
  generate(request: GenerationRequest): Generation {
    const sequence = this.#sequence(request);
    this.#scheduler.add(sequence);
    this.#requests.set(sequence, request);
    const generation = new Generation(sequence, () => this.#finish(sequence, 'abort'));
    this.#driving ??= this.#drive();
    return generation;
  }

  /** Serves many requests in batches; results in order. Throws before any is started if one can never be served. */
  async generateAll(requests: readonly GenerationRequest[]): Promise<GenerationResult[]> {
    for (const request of requests) this.check(request);
    return Promise.all(requests.map((request) => this.generate(request).result));
  }

  /** @throws {RangeError} saying why a request can never be served; {TypeError} for an option that there is not */
  check(request: GenerationRequest): void {
    this.#scheduler.check(this.#sequence(request));
  }

  /** Forgets all prefixes kept for later requests; needed after the weights have changed. */
  forgetPrefixes(): void {
    this.cache.pages.forgetContents();
  }

  /** Ends what runs and gives the memory back. The runtime goes on. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const sequence of [...this.#requests.keys()]) this.#finish(sequence, 'abort');
    await this.#driving;
    this.#programs.release();
    this.cache.release();
  }

  #sequence(request: GenerationRequest): Sequence {
    if (this.#closed) throw new Error('the engine is closed');
    const { prompt, signal } = request;
    const { contextLength, config } = this;
    const room = checkRequest(request, { contextLength, vocabularySize: config.vocabularySize });
    return new Sequence({ prompt, maximumTokens: room, sampler: new Sampler(request), signal });
  }

  /** Steps until nothing is left to do. Lets its caller submit more before the first step. */
  async #drive(): Promise<void> {
    try {
      await Promise.resolve();
      let turn = platform().now();
      while (this.#requests.size > 0) {
        const watched = this.#step();
        if (!watched && platform().now() - turn < TURN) continue;
        await nextTurn();
        turn = platform().now();
      }
    } catch (error) {
      for (const sequence of [...this.#requests.keys()]) {
        sequence.error = error as Error;
        this.#finish(sequence, 'abort');
      }
    } finally {
      this.#driving = undefined;
    }
  }

  /** One step; whether it concerned a sequence whose tokens someone reads as they come. */
  #step(): boolean {
    const start = platform().now();
    for (const sequence of this.#requests.keys()) if (sequence.signal?.aborted) this.#finish(sequence, 'abort');
    const planned = this.#scheduler.plan();
    const { ids, positions, sequences, wanted } = this.#programs;
    const sampled = this.#sampled;
    sampled.length = 0;
    let row = 0;
    for (const sequence of planned) {
      const { computed, scheduled, seat, tokens } = sequence;
      for (let at = computed; at < computed + scheduled; at++) {
        ids[row] = tokens[at]!;
        positions[row] = at;
        sequences[row] = seat;
        row++;
      }
      if (computed + scheduled === sequence.length) {
        wanted[sampled.length] = row - 1;
        sampled.push(sequence);
      }
    }
    if (row === 0) return false;
    const before = platform().now();
    const logits = this.#programs.run(row, sampled.length);
    this.#statistics.programTime += platform().now() - before;
    this.#scheduler.advance();
    let watched = false;
    for (let i = 0; i < sampled.length; i++) {
      this.#choose(sampled[i]!, logits, i * this.config.vocabularySize);
      watched ||= sampled[i]!.watched;
    }
    this.#statistics.steps++;
    this.#statistics.rows += row;
    this.#statistics.stepTime += platform().now() - start;
    return watched;
  }

  #choose(sequence: Sequence, logits: Float32Array | Float64Array, start: number): void {
    const { endTokens = this.config.eosTokenIds, until, logProbabilities: wanted } = this.#requests.get(sequence)!;
    const { sampler, tokens, length, promptLength } = sequence;
    const token = sampler.choose(this.#scratch, logits, start, tokens, length, promptLength);
    if (endTokens.includes(token)) {
      this.#finish(sequence, 'stop');
      return;
    }
    if (wanted !== undefined) {
      sequence.logProbabilities.push(logProbabilities(this.#scratch, logits, start, token, wanted));
    }
    sequence.append(token);
    if (this.#isLast(sequence, until, token)) this.#finish(sequence, 'stop');
    else if (sequence.length === sequence.limit) this.#finish(sequence, 'length');
    else sequence.onChange();
  }

  /** Whether the request itself ends after a token. What fails in its function concerns that request alone. */
  #isLast(sequence: Sequence, until: GenerationRequest['until'], token: number): boolean {
    try {
      return until?.(token) ?? false;
    } catch (error) {
      sequence.error = error as Error;
      return true;
    }
  }

  #finish(sequence: Sequence, reason: FinishReason): void {
    if (!this.#requests.delete(sequence)) return;
    this.#statistics.preemptions += sequence.preemptions;
    this.#scheduler.remove(sequence);
    sequence.finish = reason;
    sequence.onChange();
  }
}
