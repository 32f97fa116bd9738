/** What depends on what. */
import type { Graph } from './graph';

/** All nodes that `id` gets something from, directly or not, itself not counted unless in a cycle. */
export function ancestors(graph: Graph, id: string): Set<string> {
  const sources = new Map(
    graph.nodes.map(node => [
      node._id,
      (node.inputs ?? []).flatMap(port => (port.input_references ?? []).map(from => from.node_id))
    ])
  );
  const found = new Set<string>();
  const waiting = [...(sources.get(id) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!found.has(next)) {
      found.add(next);
      waiting.push(...(sources.get(next) ?? []));
    }
  }
  return found;
}
