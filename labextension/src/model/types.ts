/** Which types of artifacts go together: the rules of plynx_jupyter/graph/type_compatibility.py. */

const RAW = new Set(['int', 'float', 'str', 'bool', 'dict', 'list', 'color']);

const ALIASES: Readonly<Record<string, string>> = {
  'py-json-file': 'json',
  'py-image-file': 'image',
  'py-tmp-file': 'file',
  'py-file': 'file',
  'cloud-storage': 'cloud_storage',
  'cloud storage': 'cloud_storage',
  txt: 'text',
  ipynb: 'notebook',
  folder: 'directory',
  string: 'str'
};

/** The name of a type as types are compared. */
export function canonicalType(name: string): string {
  const lowered = name.trim().toLowerCase();
  return Object.hasOwn(ALIASES, lowered) ? (ALIASES[lowered] ?? lowered) : lowered;
}

/** Whether values of the type travel as values, not as files. */
export function isRaw(name: string): boolean {
  return RAW.has(canonicalType(name));
}

/** Whether an output of one type may feed an input of the other. */
export function typesConnect(output: string, input: string): boolean {
  if (output === input) {
    return true;
  }
  const from = canonicalType(output);
  const to = canonicalType(input);
  return (
    from === to ||
    from === 'any' ||
    to === 'any' ||
    (to === 'file' && !RAW.has(from)) ||
    (from === 'int' && to === 'float')
  );
}
