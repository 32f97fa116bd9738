/** Operations become nodes of a graph. */
import type { Position } from './edits';
import type { GraphNode } from './graph';
import { newId } from './ids';

/** What the server tells of an operation, and what isn't part of a node. */
const NOT_OF_NODES = new Set([
  '_readonly',
  'author',
  'insertion_date',
  'update_date',
  'node_running_status',
  'node_status',
  'parent_node_id',
  'successor_node_id'
]);

/** Return a node that does what the operation does; it remembers a stored one. */
export function place(operation: GraphNode, at: Position, isStored: boolean): GraphNode {
  const fields = Object.entries(operation).filter(([name]) => !NOT_OF_NODES.has(name));
  const { _id, ...node } = Object.fromEntries(fields) as unknown as GraphNode;
  return {
    _id: newId(),
    ...node,
    ...(isStored ? { original_node_id: _id } : {}),
    x: Math.round(at.x / 10) * 10,
    y: Math.round(at.y / 10) * 10
  };
}

const TYPES: Readonly<Record<string, string>> = {
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  parquet: 'parquet',
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  svg: 'image',
  pdf: 'pdf',
  html: 'html',
  txt: 'text',
  md: 'text',
  log: 'text'
};

/** Return a node for a file; `path` is that of the file as its document names it. */
export function fileNode(path: string, at: Position): GraphNode {
  const name = path.split('/').at(-1) ?? path;
  const type = TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''];
  return {
    _id: newId(),
    title: name,
    kind: 'file',
    source: { path },
    x: Math.round(at.x / 10) * 10,
    y: Math.round(at.y / 10) * 10,
    outputs: [{ name: 'out', ...(type ? { file_type: type } : {}) }]
  };
}

/** Return how a document in a folder names a file: relative, with slashes. */
export function relativePath(folder: string, path: string): string {
  const from = folder.split('/').filter(Boolean);
  const to = path.split('/').filter(Boolean);
  let shared = 0;
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) {
    shared += 1;
  }
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
