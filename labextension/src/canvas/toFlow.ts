/** A graph as React Flow draws it. Pure; what didn't change stays the same object, so that it isn't drawn again. */
import type { Edge, Node, Position } from '@xyflow/react';

import type { Connection } from '../model/connection';
import { type Graph, type GraphNode, type Note, placeOf } from '../model/graph';
import { NOTE_SIZE, notesOf } from '../model/notes';

/** A node on the canvas; `connected` are the inputs that lines lead to. */
export type OperationFlowNode = Node<{ readonly node: GraphNode }, 'plynx-operation'>;

export type NoteFlowNode = Node<{ readonly note: Note }, 'plynx-note'>;

export type FlowNode = OperationFlowNode | NoteFlowNode;

export interface Drawn {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly Edge[];
}

const STEP = { x: 260, y: 140 };

/** Draw a graph; `before` is what was drawn last. */
export function toFlow(graph: Graph, selected: ReadonlySet<string>, before?: Drawn): Drawn {
  const drawn = new Map(before?.nodes.map(node => [node.id, node]));
  const lines = new Map(before?.edges.map(edge => [edge.id, edge]));
  const nodes = graph.nodes.map((node, index): FlowNode => {
    const was = drawn.get(node._id);
    const isSelected = selected.has(node._id);
    return was?.type === 'plynx-operation' && was.data.node === node && was.selected === isSelected
      ? was
      : operation(node, index, isSelected);
  });
  const notes = notesOf(graph).map((note): FlowNode => {
    const was = drawn.get(note._id);
    const isSelected = selected.has(note._id);
    return was?.type === 'plynx-note' && was.data.note === note && was.selected === isSelected
      ? was
      : noteNode(note, isSelected);
  });
  const there = new Set(graph.nodes.map(node => node._id));
  const edges = graph.nodes.flatMap(node =>
    edgesOf(node)
      .filter(edge => there.has(edge.source))
      .map(edge => {
        const was = lines.get(edge.id);
        return was && was.label === edge.label ? was : edge;
      })
  );
  return { nodes: [...notes, ...nodes], edges };
}

function operation(node: GraphNode, index: number, selected: boolean): OperationFlowNode {
  // Nodes without a place (as programs send them) stand in rows until somebody moves them.
  const row = { x: (index % 4) * STEP.x, y: Math.floor(index / 4) * STEP.y };
  const position = placeOf(node) ?? row;
  return {
    id: node._id,
    type: 'plynx-operation',
    position,
    selected,
    data: { node },
    ...estimated(node)
  };
}

/** In pixels; no node is ever measured to be so wide, so that each that is drawn counts as not measured yet. */
const SIZE = { width: 189.5, header: 34, row: 22, handle: 10 };

/**
 * About how large a node will be, and where its ports. Thus only those in view have to be drawn, and lines can lead to
 * the others; what is drawn is measured.
 */
function estimated(node: GraphNode): Pick<OperationFlowNode, 'measured' | 'handles'> {
  const { inputs = [], outputs = [] } = node;
  const rows = Math.max(inputs.length, outputs.length);
  const { width, header, row, handle } = SIZE;
  const at = (index: number) => header + index * row + (row - handle) / 2;
  return {
    measured: { width, height: header + rows * row + 6 },
    handles: [
      ...inputs.map(({ name: id }, index) => ({
        id,
        type: 'target' as const,
        position: 'left' as Position,
        x: -handle / 2,
        y: at(index),
        width: handle,
        height: handle
      })),
      ...outputs.map(({ name: id }, index) => ({
        id,
        type: 'source' as const,
        position: 'right' as Position,
        x: width - handle / 2,
        y: at(index),
        width: handle,
        height: handle
      }))
    ]
  };
}

function noteNode(note: Note, selected: boolean): NoteFlowNode {
  const { x, y, width = NOTE_SIZE.width, height = NOTE_SIZE.height } = note;
  // Behind the nodes, so that a note can also frame some of them.
  const zIndex = -1;
  return {
    id: note._id, type: 'plynx-note', position: { x, y }, width, height, zIndex, selected, data: { note }
  }; // prettier-ignore
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
