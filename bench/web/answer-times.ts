/** How long a prompt and the tokens after its first answer token took. */
export interface AnswerTimes {
  readonly promptTokens: number;
  readonly promptMilliseconds: number;
  readonly tokens: number;
  readonly milliseconds: number;
}

export interface PageOptions {
  /** Address of the GGUF file. */
  readonly model: string;
  readonly threads: number;
  /** Positions for which there is room. */
  readonly context: number;
}

/** What a page of a subject offers once it is loaded. */
export interface MeasuringPage {
  /** Loads the model; the result says how it runs. */
  open(options: PageOptions): Promise<string>;
  answer(prompt: string, tokens: number): Promise<AnswerTimes>;
}

declare global {
  interface Window {
    measuring?: MeasuringPage;
  }
}
