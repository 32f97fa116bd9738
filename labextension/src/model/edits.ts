/**
 * Edits of a graph: each takes a graph and returns a new one. What an edit doesn't touch stays the same object, so
 * that "did it change?" is a comparison of references. An edit that has nothing to do returns the graph itself.
 */
import type { Connection } from './connection';
import { isSpecial } from './nesting';
import { moveNotes, removeNotes } from './notes';
import {
  type Edit,
  type GraphNode,
  type Input,
  type Json,
  type Parameter,
  placeOf,
  type Position,
  type Reference
} from './graph';

export type { Edit, Position };

export function setTitle(title: string): Edit {
  return graph => (graph.title === title ? graph : { ...graph, title });
}

export function setDescription(description: string): Edit {
  return graph => ({ ...graph, description });
}

export function addNodes(nodes: readonly GraphNode[]): Edit {
  return graph => (nodes.length === 0 ? graph : { ...graph, nodes: [...graph.nodes, ...nodes] });
}

/** Do one edit after the other, as one. */
export function inTurn(...edits: readonly Edit[]): Edit {
  return graph => edits.reduce((before, edit) => edit(before), graph);
}

/** Remove nodes and the connections to them, and notes. What stands for a composite's ports stays. */
export function removeItems(ids: Iterable<string>): Edit {
  const gone = new Set(ids);
  return graph => {
    const nodes = graph.nodes.filter(node => gone.has(node._id) && !isSpecial(node));
    const rest = nodes.length > 0 ? removeNodes(nodes.map(node => node._id))(graph) : graph;
    return removeNotes(gone)(rest);
  };
}

/** Move nodes and notes. */
export function moveItems(positions: ReadonlyMap<string, Position>): Edit {
  return inTurn(moveNodes(positions), moveNotes(positions));
}

/** Remove nodes and the connections to them. */
export function removeNodes(ids: Iterable<string>): Edit {
  const gone = new Set(ids);
  return graph => ({
    ...graph,
    nodes: graph.nodes
      .filter(node => !gone.has(node._id))
      .map(node => withoutReferences(node, reference => gone.has(reference.node_id)))
  });
}

export function moveNodes(positions: ReadonlyMap<string, Position>): Edit {
  return mapNodes(node => {
    const to = positions.get(node._id);
    const from = placeOf(node);
    return !to || (from?.x === to.x && from.y === to.y) ? node : { ...node, x: to.x, y: to.y };
  });
}

export function changeNode(id: string, change: (node: GraphNode) => GraphNode): Edit {
  return mapNodes(node => (node._id === id ? change(node) : node));
}

export function renameNode(id: string, title: string): Edit {
  return changeNode(id, node => (node.title === title ? node : { ...node, title }));
}

/** Connect an output with an input, as the last of those it has. Ask `refusalOf` first. */
export function connect({ source, output, target, input }: Connection): Edit {
  const reference: Reference = { node_id: source, output_id: output };
  return changeInput(target, input, port => ({
    ...port,
    input_references: [...(port.input_references ?? []), reference]
  }));
}

export function disconnect({ source, output, target, input }: Connection): Edit {
  return changeNode(target, node =>
    withoutReferences(
      node,
      (reference, port) =>
        port.name === input && reference.node_id === source && reference.output_id === output
    )
  );
}

/** Give the connections of an input another order. */
export function reorderReferences(id: string, input: string, order: readonly Reference[]): Edit {
  return changeInput(id, input, port => ({ ...port, input_references: order }));
}

/** Put a port before or behind its neighbour. */
export function movePort(id: string, list: 'inputs' | 'outputs', name: string, by: 1 | -1): Edit {
  return changeNode(id, node => {
    const ports = [...(node[list] ?? [])];
    const from = ports.findIndex(port => port.name === name);
    const to = from + by;
    const [one, other] = [ports[from], ports[to]];
    if (!one || !other) {
      return node;
    }
    [ports[from], ports[to]] = [other, one];
    return { ...node, [list]: ports };
  });
}

export function setParameter(id: string, name: string, value: Json): Edit {
  return changeParameter(id, name, parameter => {
    const { reference: _, ...own } = parameter;
    return { ...own, value };
  });
}

/** Give an input that nothing is connected with a value; undefined takes it away. */
export function setPrimitive(id: string, input: string, value: Json | undefined): Edit {
  return changeInput(id, input, port => {
    const { primitive_override: _, ...others } = port;
    return value === undefined ? others : { ...others, primitive_override: value };
  });
}

export function changeParameter(
  id: string,
  name: string,
  change: (parameter: Parameter) => Parameter
): Edit {
  return changeNode(id, node => ({
    ...node,
    parameters: node.parameters?.map(found => (found.name === name ? change(found) : found))
  }));
}

function changeInput(id: string, name: string, change: (port: Input) => Input): Edit {
  return changeNode(id, node => ({
    ...node,
    inputs: node.inputs?.map(port => (port.name === name ? change(port) : port))
  }));
}

/**
 * Copies of nodes with ids of their own, moved a little. Connections among them lead to the copies; those from other
 * nodes stay only where `known` says that the node is there.
 */
export function copies(
  nodes: readonly GraphNode[],
  makeId: () => string,
  known: (id: string) => boolean = () => false,
  offset: Position = { x: 20, y: 20 }
): GraphNode[] {
  const ids = new Map(nodes.map(node => [node._id, makeId()]));
  return nodes.map(node => ({
    ...withoutReferences(
      node,
      reference => !ids.has(reference.node_id) && !known(reference.node_id)
    ),
    _id: ids.get(node._id) ?? makeId(),
    x: (placeOf(node)?.x ?? 0) + offset.x,
    y: (placeOf(node)?.y ?? 0) + offset.y,
    ...(node.inputs && {
      inputs: node.inputs.map(port => redirected(port, ids, known))
    })
  }));
}

function redirected(
  port: Input,
  ids: ReadonlyMap<string, string>,
  known: (id: string) => boolean
): Input {
  if (!port.input_references) {
    return port;
  }
  const references = port.input_references
    .filter(reference => ids.has(reference.node_id) || known(reference.node_id))
    .map(reference => ({ ...reference, node_id: ids.get(reference.node_id) ?? reference.node_id }));
  return { ...port, input_references: references };
}

function mapNodes(change: (node: GraphNode) => GraphNode): Edit {
  return graph => {
    const nodes = graph.nodes.map(change);
    return nodes.every((node, index) => node === graph.nodes[index]) ? graph : { ...graph, nodes };
  };
}

function withoutReferences(
  node: GraphNode,
  isGone: (reference: Reference, port: Input) => boolean
): GraphNode {
  if (!node.inputs?.some(port => port.input_references?.some(found => isGone(found, port)))) {
    return node;
  }
  const inputs = node.inputs.map(port => {
    const left = port.input_references?.filter(found => !isGone(found, port));
    return left?.length === port.input_references?.length
      ? port
      : { ...port, input_references: left };
  });
  return { ...node, inputs };
}
