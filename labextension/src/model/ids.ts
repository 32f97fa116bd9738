/** Ids as PLynx has them: 24 hexadecimal digits that begin with the time, so that those made later sort behind. */
export function newId(): string {
  const seconds = Math.floor(Date.now() / 1000);
  const random = crypto.getRandomValues(new Uint8Array(8));
  return seconds.toString(16).padStart(8, '0') + [...random].map(hex).join('');
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
