/** A path below a directory; `/` separates on every host. */
export function joinPath(directory: string, name: string): string {
  return `${withoutSlash(directory)}/${name}`;
}

/** A directory's path without slashes at its end, so that something can be appended to its name. */
export function withoutSlash(directory: string): string {
  return directory.replace(/(?<=.)\/+$/, '');
}
