/** What depends on what. */
import type { Graph, GraphNode } from './graph';
import { innerNodes } from './nesting';

/** All nodes that `id` gets something from, directly or not, itself not counted unless in a cycle. */
export function ancestors(graph: Graph, id: string): Set<string> {
  return reached(sourcesOf(graph), id);
}

/** All nodes that get something from `id`, directly or not, itself not counted unless in a cycle. */
export function descendants(graph: Graph, id: string): Set<string> {
  const targets = new Map<string, string[]>();
  for (const [target, sources] of sourcesOf(graph)) {
    for (const source of sources) {
      targets.set(source, [...(targets.get(source) ?? []), target]);
    }
  }
  return reached(targets, id);
}

/**
 * What can be run where only these kinds of operations are installed: the ids of all nodes that neither are of another
 * kind, or hold such a node, nor depend on one.
 */
export function runnable(graph: Graph, kinds: ReadonlySet<string>): readonly string[] {
  const isKnown = (node: GraphNode): boolean =>
    kinds.has(node.kind) && innerNodes(node).every(isKnown);
  const missing = graph.nodes.filter(node => !isKnown(node));
  const out = new Set(missing.flatMap(({ _id }) => [_id, ...descendants(graph, _id)]));
  return graph.nodes.map(node => node._id).filter(id => !out.has(id));
}

function sourcesOf(graph: Graph): Map<string, readonly string[]> {
  return new Map(
    graph.nodes.map(node => [
      node._id,
      (node.inputs ?? []).flatMap(port => (port.input_references ?? []).map(from => from.node_id))
    ])
  );
}

function reached(next: ReadonlyMap<string, readonly string[]>, id: string): Set<string> {
  const found = new Set<string>();
  const waiting = [...(next.get(id) ?? [])];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (!found.has(one)) {
      found.add(one);
      waiting.push(...(next.get(one) ?? []));
    }
  }
  return found;
}
