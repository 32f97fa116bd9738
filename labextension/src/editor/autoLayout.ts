/** Where nodes go when nobody wants to place them: ELK, fetched when it is first asked for, in a worker. */
import type { ELK, ElkNode } from 'elkjs/lib/elk-api';

import type { Graph } from '../model/graph';
import type { Position } from '../model/edits';

/** The size of a node on the canvas, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const GRID = 10;
const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '80',
  'elk.spacing.nodeNode': '30',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.portConstraints': 'FIXED_ORDER'
};

let engine: Promise<ELK> | null = null;

async function makeEngine(): Promise<ELK> {
  const { default: Elk } = await import('elkjs/lib/elk-api');
  return new Elk({
    workerFactory: () =>
      new Worker(new URL('elkjs/lib/elk-worker.min.js', import.meta.url), { name: 'plynx-layout' })
  });
}

/** Place all nodes from left to right along their connections. */
export async function autoLayout(
  graph: Graph,
  sizeOf: (id: string) => Size
): Promise<Map<string, Position>> {
  engine ??= makeEngine();
  const there = new Set(graph.nodes.map(node => node._id));
  const children: ElkNode[] = graph.nodes.map(node => ({
    id: node._id,
    ...sizeOf(node._id),
    layoutOptions: { 'elk.portConstraints': 'FIXED_ORDER' },
    ports: [
      ...(node.inputs ?? []).map((port, index) => ({
        id: portId(node._id, 'in', port.name),
        layoutOptions: { 'elk.port.side': 'WEST', 'elk.port.index': String(-index) }
      })),
      ...(node.outputs ?? []).map((port, index) => ({
        id: portId(node._id, 'out', port.name),
        layoutOptions: { 'elk.port.side': 'EAST', 'elk.port.index': String(index) }
      }))
    ]
  }));
  const edges = graph.nodes.flatMap(node =>
    (node.inputs ?? []).flatMap(port =>
      (port.input_references ?? [])
        .filter(from => there.has(from.node_id))
        .map((from, index) => ({
          id: JSON.stringify([node._id, port.name, index]),
          sources: [portId(from.node_id, 'out', from.output_id)],
          targets: [portId(node._id, 'in', port.name)]
        }))
    )
  );
  const laid = await (await engine).layout({ id: 'root', layoutOptions: OPTIONS, children, edges });
  return new Map(
    (laid.children ?? []).map(node => [node.id, { x: onGrid(node.x ?? 0), y: onGrid(node.y ?? 0) }])
  );
}

function portId(node: string, side: 'in' | 'out', name: string): string {
  return JSON.stringify([node, side, name]);
}

function onGrid(value: number): number {
  return Math.round(value / GRID) * GRID;
}
