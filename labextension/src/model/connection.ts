/** Whether two ports may be connected, and why not: the rules of plynx_jupyter/graph/editing.py. */
import { type Graph, inputOf, nodeOf, outputOf } from './graph';
import { ancestors } from './topology';
import { typesConnect } from './types';

/** An output of a node and an input of another. */
export interface Connection {
  readonly source: string;
  readonly output: string;
  readonly target: string;
  readonly input: string;
}

/** Why a connection is refused. `most` is what the input takes, `types` those that don't fit. */
export type Refusal =
  | { readonly reason: 'no_such_port' | 'list_to_one' | 'connected_already' | 'cycle' }
  | { readonly reason: 'types'; readonly types: readonly [string, string] }
  | { readonly reason: 'no_room'; readonly most: number };

/** Return why the connection can't be made, or null if it can. */
export function refusalOf(
  graph: Graph,
  { source, output, target, input }: Connection
): Refusal | null {
  const from = outputOf(nodeOf(graph, source), output);
  const to = inputOf(nodeOf(graph, target), input);
  if (!from || !to) {
    return { reason: 'no_such_port' };
  }
  const types = [from.file_type ?? 'file', to.file_type ?? 'file'] as const;
  if (!typesConnect(...types)) {
    return { reason: 'types', types };
  }
  if (from.is_array && !to.is_array) {
    return { reason: 'list_to_one' };
  }
  const references = to.input_references ?? [];
  if (references.some(found => found.node_id === source && found.output_id === output)) {
    return { reason: 'connected_already' };
  }
  const most = to.is_array ? (to.max_count ?? -1) : 1;
  if (most >= 0 && references.length >= most) {
    return { reason: 'no_room', most };
  }
  if (source === target || ancestors(graph, source).has(target)) {
    return { reason: 'cycle' };
  }
  return null;
}
