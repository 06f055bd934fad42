export * from './bpe-trainer.ts';
export * from './chat.ts';
export * from './gguf-tokenizer.ts';
export * from './special-tokens.ts';
export * from './thinking.ts';
export * from './tokenizer.ts';
export type { AddedTokenJson, TokenizerJson } from './tokenizer-json.ts';
