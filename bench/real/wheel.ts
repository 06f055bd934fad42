/** What is used of fflate, spelled out so that types hold where the peers are not installed. */
interface Fflate {
  unzipSync(
    bytes: Uint8Array,
    options: { readonly filter: (file: { readonly name: string }) => boolean },
  ): Readonly<Record<string, Uint8Array>>;
}

const PEER: string = 'fflate';

/** A file in a wheel, which is a ZIP archive. */
export async function fileInWheel(wheel: Uint8Array, file: string): Promise<Uint8Array> {
  const { unzipSync } = (await import(PEER)) as Fflate;
  const found = unzipSync(wheel, { filter: ({ name }) => name === file })[file];
  if (found === undefined) throw new Error(`the wheel has no file ${file}`);
  return found;
}
