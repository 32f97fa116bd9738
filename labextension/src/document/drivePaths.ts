/** How what the server stores is called on the drive `PLynx:`. */

export const DRIVE = 'PLynx';

/** What a path of the drive stands for. */
export type Place =
  | { readonly kind: 'folder'; readonly name: string }
  | { readonly kind: 'graph' | 'run'; readonly id: string }
  | { readonly kind: 'executed'; readonly run: string; readonly node: string };

/** Slashes of titles and of nested nodes' ids; a path has its own. */
const SLASH = '\u2215';
const UNTITLED = 'Untitled';

const GRAPH = /^([^/]+)\/[^/]*\.plynx$/s;
const RUN = /^runs\/([^/]+)\/[^/]*\.plynx$/s;
const EXECUTED = /^executed\/([^/]+)\/([^/]+)\.ipynb$/s;
const FOLDER = /^((runs|executed)\/)?[^/.]*$/s;

/** Read a path; null if nothing is called so. */
export function placeAt(path: string): Place | null {
  const bare = path.replace(/^\/|\/$/g, '');
  const run = RUN.exec(bare);
  if (run?.[1]) {
    return { kind: 'run', id: run[1] };
  }
  const executed = EXECUTED.exec(bare);
  if (executed?.[1] && executed[2]) {
    return { kind: 'executed', run: executed[1], node: executed[2].replaceAll(SLASH, '/') };
  }
  const graph = GRAPH.exec(bare);
  if (graph?.[1]) {
    return { kind: 'graph', id: graph[1] };
  }
  return FOLDER.test(bare) ? { kind: 'folder', name: bare } : null;
}

/** The path of a stored graph: a folder of its own, so that the name that people see is the title alone. */
export function graphPath(id: string, title: string): string {
  return `${id}/${title.replaceAll('/', SLASH).trim() || UNTITLED}.plynx`;
}

export function runPath(id: string, title: string): string {
  return `runs/${graphPath(id, title)}`;
}

export function executedPath(run: string, node: string): string {
  return `executed/${run}/${node.replaceAll('/', SLASH)}.ipynb`;
}

/** The title that somebody means who gives a graph a path. */
export function titleOf(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  return name
    .replace(/\.plynx$/, '')
    .replaceAll(SLASH, '/')
    .trim();
}
