/**
 * JSON as Python's `json.dumps(value, ensure_ascii=False)` writes it, which is what DeepSeek's models were trained to
 * read: a space after commas and colons, keys in their order, whole and broken numbers kept apart.
 */

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:])/y;

/** Writes a value, or JSON that is given as text, in which 1.0 stays 1.0 and keys such as "2" stay in their order. */
export function pythonJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`a ${typeof value} has no JSON`);
  return rewritten(tokensOf(json));
}

/** As `pythonJson`, of JSON text. Throws SyntaxError where it is none. */
export function reformatJson(text: string): string {
  return rewritten(tokensOf(text));
}

/** One entry of a JSON object. */
export interface JsonEntry {
  readonly key: string;
  /** The value itself if it is a string, else its JSON as Python writes it. */
  readonly value: string;
  readonly isString: boolean;
}

/** Entries of a JSON object given as text, in their order. Throws SyntaxError where it is not an object. */
export function jsonEntries(text: string): JsonEntry[] {
  const tokens = tokensOf(text);
  if (tokens[0] !== '{') throw new SyntaxError(`not a JSON object: ${text.slice(0, 60)}`);
  const entries = new Map<string, JsonEntry>();
  for (let at = 1; at < tokens.length - 1; ) {
    const key = JSON.parse(tokens[at]!) as string;
    const start = at + 2;
    let depth = 0;
    for (at = start; depth > 0 || (tokens[at] !== ',' && tokens[at] !== '}'); at++) {
      if (tokens[at] === '{' || tokens[at] === '[') depth++;
      else if (tokens[at] === '}' || tokens[at] === ']') depth--;
    }
    const isString = tokens[start]!.startsWith('"');
    const value = isString ? (JSON.parse(tokens[start]!) as string) : rewritten(tokens.slice(start, at));
    entries.set(key, { key, value, isString });
    at++;
  }
  return [...entries.values()];
}

function tokensOf(text: string): string[] {
  JSON.parse(text);
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) tokens.push(match[1]!);
  return tokens;
}

function rewritten(tokens: readonly string[]): string {
  let text = '';
  for (const token of tokens) {
    const first = token.charCodeAt(0);
    if (token === ',' || token === ':') text += `${token} `;
    else if (token.startsWith('"')) text += JSON.stringify(JSON.parse(token));
    else if (first === 45 || (first >= 48 && first <= 57)) text += pythonNumber(token);
    else text += token;
  }
  return text;
}

/** A number as Python reads and writes it: whole numbers in full, others as the shortest text that gives them back. */
function pythonNumber(token: string): string {
  if (/^-?\d+$/.test(token)) return token === '-0' ? '0' : token;
  const value = Number(token);
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const fixed = exponent < 0 ? value.toFixed(mantissa.replace(/[-.]/g, '').length - exponent - 1) : String(value);
  return fixed.includes('.') ? fixed : `${fixed}.0`;
}
