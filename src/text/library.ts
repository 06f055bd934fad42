import { Tokenizer } from '@huggingface/tokenizers';

/** A pre-tokenizer of the library: cuts one text, or each of several. */
export interface LibraryPreTokenizer {
  pre_tokenize(text: string | string[]): string[];
  /** The steps, where it is a Sequence. */
  readonly tokenizers?: readonly (LibraryPreTokenizer | null)[];
}

/** What this room uses of a tokenizer of `@huggingface/tokenizers`. */
export interface LibraryTokenizer {
  readonly pre_tokenizer: LibraryPreTokenizer | null;
  readonly model: {
    (words: string[]): string[];
    readonly tokens_to_ids: ReadonlyMap<string, number>;
  };
  encode(text: string, options: { add_special_tokens: boolean }): { ids: (number | undefined)[] };
  get_added_tokens_decoder(): ReadonlyMap<number, LibraryAddedToken>;
}

export interface LibraryAddedToken {
  readonly id: number;
  readonly content: string;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/**
 * Opens a tokenizer with the library. Its published types (0.2.0) do not resolve under `nodenext` module resolution
 * and would stand here as `any`; this is the one place where they are given.
 */
export function openLibraryTokenizer(tokenizerJson: object, tokenizerConfig: object): LibraryTokenizer {
  return new Tokenizer(tokenizerJson, tokenizerConfig) as unknown as LibraryTokenizer;
}
