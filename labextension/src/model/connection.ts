/** Whether two ports may be connected, and why not: the rules of plynx_jupyter/graph/editing.py. */
import {
  type Graph,
  type GraphNode,
  type Input,
  inputOf,
  nodeOf,
  type Output,
  outputOf
} from './graph';
import { ancestors } from './topology';
import { typesConnect } from './types';

/** An output of a node and an input of another. */
export interface Connection {
  readonly source: string;
  readonly output: string;
  readonly target: string;
  readonly input: string;
}

/** A port that something is to be connected with. */
export interface End {
  readonly node: string;
  readonly port: string;
  readonly side: 'input' | 'output';
}

/** Why a connection is refused. `most` is what the input takes, `types` those that don't fit. */
export type Refusal =
  | { readonly reason: 'no_such_port' | 'list_to_one' | 'connected_already' | 'cycle' }
  | { readonly reason: 'types'; readonly types: readonly [string, string] }
  | { readonly reason: 'no_room'; readonly most: number };

/** Return why the connection can't be made, or null if it can; `upstream` is what the source depends on. */
export function refusalOf(
  graph: Graph,
  { source, output, target, input }: Connection,
  upstream?: ReadonlySet<string>
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
  if (source === target || (upstream ?? ancestors(graph, source)).has(target)) {
    return { reason: 'cycle' };
  }
  return null;
}

/** All connections that can be made from the outputs of a node, in the order of the graph. */
export function connectionsFrom(graph: Graph, source: string): readonly Connection[] {
  const upstream = ancestors(graph, source);
  const outputs = nodeOf(graph, source)?.outputs ?? [];
  return graph.nodes.flatMap(({ _id: target, inputs = [] }) =>
    target === source || upstream.has(target)
      ? []
      : inputs.flatMap(port =>
          outputs
            .map(({ name }) => ({ source, output: name, target, input: port.name }))
            .filter(found => refusalOf(graph, found, upstream) === null)
        )
  );
}

/** The port of a node that could be connected with an end of a line; undefined if none could. */
export function fittingPort(graph: Graph, node: GraphNode, from: End): Input | Output | undefined {
  const there = nodeOf(graph, from.node);
  if (from.side === 'output') {
    const output = outputOf(there, from.port);
    return node.inputs?.find(
      input =>
        output &&
        typesConnect(output.file_type ?? 'file', input.file_type ?? 'file') &&
        (!output.is_array || input.is_array)
    );
  }
  const input = inputOf(there, from.port);
  return node.outputs?.find(
    output =>
      input &&
      typesConnect(output.file_type ?? 'file', input.file_type ?? 'file') &&
      (!output.is_array || input.is_array)
  );
}

/** The line between an end and a port of another node. */
export function connectionWith(from: End, node: string, port: string): Connection {
  return from.side === 'output'
    ? { source: from.node, output: from.port, target: node, input: port }
    : { source: node, output: port, target: from.node, input: from.port };
}
