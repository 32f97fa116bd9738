/** Nodes on the clipboard: text that says what it is, so that other text isn't taken for nodes. */
import type { GraphNode } from './graph';
import { readGraph, writeGraph } from './text';

const MARK = 'plynx-nodes';

/** Write nodes as text; it is a document, so that it can also be saved as one. */
export function toClipboard(nodes: readonly GraphNode[]): string {
  return writeGraph({ plynx: 1, _id: MARK, title: '', kind: 'graph', nodes });
}

/** Read nodes from text; null if it holds none. */
export function fromClipboard(text: string): readonly GraphNode[] | null {
  if (!text.trimStart().startsWith('{')) {
    return null;
  }
  try {
    const { _id, nodes } = readGraph(text);
    return _id === MARK && nodes.length > 0 ? nodes : null;
  } catch {
    return null;
  }
}
