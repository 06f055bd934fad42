/** A value from a file, as JSON in at most 80 characters, for an error message. */
export function describeValue(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'absent';
  } catch {
    // JSON.parse reads deeper nesting than JSON.stringify writes.
    return 'a value nested too deeply';
  }
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
