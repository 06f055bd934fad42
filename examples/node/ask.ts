/**
 * Asks a model from a program: `node examples/node/ask.ts "What is 17 + 25?" [MODEL_DIRECTORY]`, after `npm run build`.
 */
import { fileURLToPath } from 'node:url';
import { answer, openModel } from 'jingqi/inference';

const [question = 'What is 17 + 25?', directory = fileURLToPath(new URL('../../models/nano', import.meta.url))] =
  process.argv.slice(2);
const model = await openModel(directory);
let part: string | undefined;
for await (const event of answer(model.engine, model.tokenizer, question)) {
  if (event.kind !== 'thinking' && event.kind !== 'answer') continue;
  if (part === 'thinking' && event.kind === 'answer') process.stdout.write('\n\n');
  part = event.kind;
  process.stdout.write(event.text);
}
process.stdout.write('\n');
await model.close();
