/** Composite nodes hold nodes of their own: how these are reached and edited (see plynx_jupyter/graph/nesting.py). */
import { type Edit, type Graph, type GraphNode, type Json, nodeOf, parameterOf } from './graph';
import { isFinal, type NodeRunState, type NodeStatus } from './runStatus';

export const COMPOSITE = 'composite';

/** What separates the ids of composites and of what is inside them in the state of a run. */
const SEPARATOR = '/';

const INNER = '_nodes';

const SPECIAL = new Set(['composite_input', 'composite_output']);

/** The ids of composites, from the outside in. */
export type Path = readonly string[];

/** Whether a node stands for the ports of the composite it is in; it comes and goes with these. */
export function isSpecial(node: GraphNode): boolean {
  return SPECIAL.has(node.kind);
}

/** The nodes inside a composite; none if it holds none or isn't one. */
export function innerNodes(node: GraphNode | undefined): readonly GraphNode[] {
  const value = node?.kind === COMPOSITE ? parameterOf(node, INNER)?.value : undefined;
  return Array.isArray(value) && value.every(isNode) ? (value as unknown as GraphNode[]) : [];
}

function isNode(value: Json): boolean {
  const node = value as { _id?: Json; kind?: Json } | null;
  return typeof node?._id === 'string' && typeof node.kind === 'string';
}

/** Return the parameter of a composite that holds its nodes. */
export function holding(nodes: readonly GraphNode[]): NonNullable<GraphNode['parameters']>[number] {
  const value = nodes as unknown as Json;
  return { name: INNER, parameter_type: 'list_node', value, widget: null };
}

const inside = new WeakMap<GraphNode, Graph>();

/**
 * The graph inside a composite, as if it were one of its own; null if there is no such composite. As long as the
 * composite doesn't change it is the same object.
 */
export function graphAt(graph: Graph, path: Path): Graph | null {
  const [first, ...rest] = path;
  if (first === undefined) {
    return graph;
  }
  const node = nodeOf(graph, first);
  if (node?.kind !== COMPOSITE) {
    return null;
  }
  let found = inside.get(node);
  if (!found) {
    const { _id, title = '', description = '', notes } = node;
    found = { _id, title, description, nodes: innerNodes(node), ...(notes ? { notes } : {}) };
    inside.set(node, found);
  }
  return graphAt(found, rest);
}

/** An edit of what is inside a composite, as an edit of the whole graph. */
export function editAt(path: Path, edit: Edit): Edit {
  const [first, ...rest] = path;
  if (first === undefined) {
    return edit;
  }
  return graph => {
    const node = nodeOf(graph, first);
    const before = graphAt(graph, [first]);
    if (!node || !before) {
      return graph;
    }
    const after = editAt(rest, edit)(before);
    if (after === before) {
      return graph;
    }
    const { notes: _, ...bare } =
      after.nodes === before.nodes ? node : withInner(node, after.nodes);
    const changed: GraphNode = {
      ...bare,
      // Its title and description are the composite's own.
      ...(after.title === before.title ? {} : { title: after.title ?? '' }),
      ...(after.description === before.description ? {} : { description: after.description ?? '' }),
      ...(after.notes ? { notes: after.notes } : {})
    };
    return { ...graph, nodes: graph.nodes.map(found => (found === node ? changed : found)) };
  };
}

function withInner(node: GraphNode, nodes: readonly GraphNode[]): GraphNode {
  const value = nodes as unknown as Json;
  return {
    ...node,
    parameters: node.parameters?.map(found => (found.name === INNER ? { ...found, value } : found))
  };
}

/** What a node is called in the state of a run. */
export function pathId(path: Path, id: string): string {
  return [...path, id].join(SEPARATOR);
}

/** The path of a node by what it is called in the state of a run, and its id there. */
export function splitPathId(id: string): { readonly path: Path; readonly id: string } {
  const parts = id.split(SEPARATOR);
  return { path: parts.slice(0, -1), id: parts.at(-1) ?? id };
}

const WORST_FIRST = ['FAILED', 'CANCELED', 'SUCCESS', 'RESTORED'] as const;

/**
 * The state of a composite, of the states of what is inside it: running from the first start to the last end, then the
 * worst that happened. Undefined if nothing inside takes part.
 */
export function stateOfAll(states: readonly NodeRunState[]): NodeRunState | undefined {
  const counted = states.filter(state => state.status !== 'STATIC' && state.status !== 'SPECIAL');
  if (counted.length === 0) {
    return undefined;
  }
  const has = (status: NodeStatus) => counted.some(state => state.status === status);
  const open = counted.some(state => !isFinal(state.status));
  const starts = counted.flatMap(state => (state.started_at ? [state.started_at] : []));
  const ends = counted.flatMap(state => (state.finished_at ? [state.finished_at] : []));
  const started_at = starts.sort()[0] ?? null;
  if (open) {
    const begun = counted.some(state => isFinal(state.status)) || has('RUNNING');
    const status = begun ? 'RUNNING' : has('IN_QUEUE') ? 'IN_QUEUE' : 'CREATED';
    return { status, started_at, finished_at: null };
  }
  const status = WORST_FIRST.find(has) ?? 'SUCCESS';
  const error = counted.find(state => state.error)?.error ?? null;
  const computed_seconds = counted.reduce((sum, state) => sum + (state.computed_seconds ?? 0), 0);
  return { status, started_at, finished_at: ends.sort().at(-1) ?? null, error, computed_seconds };
}

/** How many of a composite's nodes have ended. */
export function progressOfAll(states: readonly NodeRunState[]): { done: number; total: number } {
  const counted = states.filter(state => state.status !== 'STATIC' && state.status !== 'SPECIAL');
  return { done: counted.filter(state => isFinal(state.status)).length, total: counted.length };
}
