/** A graph as React Flow draws it. Pure; what didn't change stays the same object, so that it isn't drawn again. */
import type { Edge, Node } from '@xyflow/react';

import type { Connection } from '../model/connection';
import { type Graph, type GraphNode, placeOf } from '../model/graph';

/** A node on the canvas. */
export type OperationFlowNode = Node<{ readonly node: GraphNode }, 'plynx-operation'>;

export interface Drawn {
  readonly nodes: readonly OperationFlowNode[];
  readonly edges: readonly Edge[];
}

const STEP = { x: 260, y: 140 };

/** Draw a graph; `before` is what was drawn last. */
export function toFlow(graph: Graph, selected: ReadonlySet<string>, before?: Drawn): Drawn {
  const drawn = new Map(before?.nodes.map(node => [node.id, node]));
  const lines = new Map(before?.edges.map(edge => [edge.id, edge]));
  const nodes = graph.nodes.map((node, index) => {
    const was = drawn.get(node._id);
    const isSelected = selected.has(node._id);
    return was?.data.node === node && was.selected === isSelected
      ? was
      : flowNode(node, index, isSelected, was);
  });
  const there = new Set(graph.nodes.map(node => node._id));
  const edges = graph.nodes.flatMap(node =>
    edgesOf(node)
      .filter(edge => there.has(edge.source))
      .map(edge => lines.get(edge.id) ?? edge)
  );
  return { nodes, edges };
}

function flowNode(
  node: GraphNode,
  index: number,
  selected: boolean,
  was?: OperationFlowNode
): OperationFlowNode {
  // Nodes without a place (as programs send them) stand in rows until somebody moves them.
  const row = { x: (index % 4) * STEP.x, y: Math.floor(index / 4) * STEP.y };
  const position = placeOf(node) ?? row;
  const measured = was?.measured ? { measured: was.measured } : {};
  return { id: node._id, type: 'plynx-operation', position, selected, data: { node }, ...measured };
}

function edgesOf(node: GraphNode): Edge[] {
  return (node.inputs ?? []).flatMap(port =>
    (port.input_references ?? []).map(({ node_id, output_id }, index) => {
      const connection = { source: node_id, output: output_id, target: node._id, input: port.name };
      const many = port.is_array && (port.input_references?.length ?? 0) > 1;
      return {
        id: edgeId(connection),
        source: node_id,
        sourceHandle: output_id,
        target: node._id,
        targetHandle: port.name,
        ...(many ? { label: String(index + 1) } : {})
      };
    })
  );
}

/** The id of a line, from which its ends can be had again. */
export function edgeId({ source, output, target, input }: Connection): string {
  return JSON.stringify([source, output, target, input]);
}

/** The ends of a line. */
export function connectionOf(id: string): Connection {
  const [source, output, target, input] = JSON.parse(id) as [string, string, string, string];
  return { source, output, target, input };
}
