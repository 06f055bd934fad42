import { describeValue } from '../model/describe-value.ts';
import { checkPattern } from './pattern-check.ts';
import { Vocabulary } from './vocabulary.ts';

type Json = Readonly<Record<string, unknown>>;

/** Far above any vocabulary; a table of bytes by id is kept up to the largest. */
const LARGEST_ID = 2 ** 24;
/** Characters of an added token; published ones have some 50. The engine compiles no text of 50,000 in a pattern. */
const LONGEST_ADDED = 4096;
/** Steps within steps; published files have two levels. */
const DEEPEST = 16;

/**
 * Checks a parsed `tokenizer.json` of somebody else's before a library reads it, which takes what it finds: types of what
 * the model and its added tokens hold, ids, and every regular expression. Returns the model's tokens.
 * @throws {Error} naming the field
 */
export function checkTokenizerJson(json: Json): Vocabulary {
  const model = json.model as Json;
  if (model.type !== undefined && model.type !== 'BPE') {
    throw bad(`has a model of type ${describeValue(model.type)}, only BPE is supported`);
  }
  const { vocab, merges } = model;
  if (!isObject(vocab)) throw bad('model.vocab is no table of tokens');
  const vocabulary = readVocabulary(vocab);
  if (!Array.isArray(merges)) throw bad('model.merges is no list');
  const wrong = merges.findIndex((merge: unknown) => !isMerge(merge));
  if (wrong >= 0) throw bad(`model.merges[${wrong}] is ${describeValue(merges[wrong])}, not two parts of a token`);
  checkSteps(json);
  return vocabulary;
}

/** The part of {@link checkTokenizerJson} that concerns all but the model. */
export function checkSteps(json: Json): void {
  const { added_tokens: added } = json;
  if (added !== null && added !== undefined) checkAddedTokens(added);
  for (const step of ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder']) checkStep(json[step], step, 0);
}

const bad = (what: string) => new Error(`tokenizer.json: ${what}`);

function readVocabulary(vocab: Json): Vocabulary {
  const tokens = Object.keys(vocab);
  const ids = new Int32Array(tokens.length);
  let [largest, bytes] = [-1, 0];
  for (const [at, token] of tokens.entries()) {
    const id = vocab[token];
    if (!isId(id)) throw bad(`model.vocab gives ${describeValue(token)} the id ${describeValue(id)}`);
    ids[at] = id;
    largest = Math.max(largest, id);
    bytes += token.length;
  }
  const vocabulary = new Vocabulary(largest + 1, tokens.length, bytes);
  for (const [at, token] of tokens.entries()) {
    const id = ids[at]!;
    if (vocabulary.bytesOf(id) !== undefined) {
      throw bad(`model.vocab gives the id ${id} to two tokens, one of them ${describeValue(token)}`);
    }
    vocabulary.add(id, token);
  }
  return vocabulary;
}

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0 && (id as number) < LARGEST_ID;

function isMerge(merge: unknown): boolean {
  if (typeof merge === 'string') {
    const space = merge.indexOf(' ');
    return space > 0 && space < merge.length - 1 && !merge.includes(' ', space + 1);
  }
  return Array.isArray(merge) && merge.length === 2 && merge.every((part) => typeof part === 'string' && part !== '');
}

function checkAddedTokens(added: unknown): void {
  if (!Array.isArray(added)) throw bad('added_tokens is no list');
  const ids = new Map<number, string>();
  for (const [at, token] of (added as unknown[]).entries()) {
    const where = `added_tokens[${at}]`;
    if (!isObject(token)) throw bad(`${where} is ${describeValue(token)}, not an object`);
    const { id, content } = token;
    if (!isId(id)) throw bad(`${where} has the id ${describeValue(id)}`);
    if (typeof content !== 'string' || content === '') throw bad(`${where} has the content ${describeValue(content)}`);
    if (content.length > LONGEST_ADDED) {
      throw bad(`${where} has ${content.length} characters, at most ${LONGEST_ADDED} are read`);
    }
    const before = ids.get(id);
    if (before !== undefined) throw bad(`${where} has the id ${id}, as ${describeValue(before)} has`);
    ids.set(id, content);
    for (const flag of ['single_word', 'lstrip', 'rstrip', 'normalized', 'special']) {
      const value = token[flag];
      if (value !== undefined && typeof value !== 'boolean') {
        throw bad(`${where}.${flag} is ${describeValue(value)}, not true or false`);
      }
    }
  }
}

/** Walks through a step and the steps in it. */
function checkStep(step: unknown, where: string, depth: number): void {
  if (typeof step !== 'object' || step === null) return;
  if (depth > DEEPEST) throw bad(`${where.slice(0, 80)} … is nested more than ${DEEPEST} deep`);
  for (const [name, value] of Object.entries(step)) {
    const place = `${where}.${name}`;
    if (name === 'pattern' && !isPattern(value)) {
      throw bad(`${place} is ${describeValue(value)}, neither a String nor a Regex`);
    }
    if (name === 'Regex' && typeof value === 'string') {
      try {
        checkPattern(value);
      } catch (error) {
        throw bad(`${place} ${describeValue(value)}: ${(error as Error).message}`);
      }
    } else {
      checkStep(value, place, depth + 1);
    }
  }
}

function isPattern(value: unknown): boolean {
  return isObject(value) && (typeof value.String === 'string' || typeof value.Regex === 'string');
}

/** @throws {Error} naming a field of `tokenizer_config.json` that is of a wrong type */
export function checkTokenizerConfig(config: Json): void {
  for (const field of ['bos_token', 'eos_token', 'pad_token', 'unk_token']) {
    const token = config[field];
    const content = isObject(token) ? token.content : token;
    if (content !== undefined && content !== null && typeof content !== 'string') {
      throw new Error(`tokenizer_config.json: ${field} is ${describeValue(token)}, not a token`);
    }
  }
  for (const field of ['add_bos_token', 'add_eos_token']) {
    const flag = config[field];
    if (flag !== undefined && flag !== null && typeof flag !== 'boolean') {
      throw new Error(`tokenizer_config.json: ${field} is ${describeValue(flag)}, not true or false`);
    }
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
