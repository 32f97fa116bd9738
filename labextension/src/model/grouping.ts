/** Making a composite of some nodes, and undoing that: the rules of plynx_jupyter/graph/grouping.py. */
import {
  type Graph,
  type GraphNode,
  type Input,
  nodeOf,
  outputOf,
  type Output,
  placeOf,
  type Reference
} from './graph';
import { COMPOSITE, holding, innerNodes, isSpecial } from './nesting';
import { ancestors, descendants } from './topology';

/** Why nodes can't be grouped: there are none, or these are fed by some of them and feed others. */
export type GroupRefusal =
  | { readonly reason: 'nothing_chosen' }
  | { readonly reason: 'between'; readonly nodes: readonly GraphNode[] };

/** Return why the nodes can't become one composite, or null if they can. */
export function groupRefusal(graph: Graph, ids: ReadonlySet<string>): GroupRefusal | null {
  const chosen = graph.nodes.filter(node => ids.has(node._id) && !isSpecial(node));
  if (chosen.length === 0) {
    return { reason: 'nothing_chosen' };
  }
  const fed = new Set(chosen.flatMap(node => [...descendants(graph, node._id)]));
  const feeding = new Set(chosen.flatMap(node => [...ancestors(graph, node._id)]));
  const nodes = graph.nodes.filter(
    node => !ids.has(node._id) && fed.has(node._id) && feeding.has(node._id)
  );
  return nodes.length > 0 ? { reason: 'between', nodes } : null;
}

interface Exit {
  readonly name: string;
  readonly from: Reference;
  readonly output: Output;
}

/**
 * Put nodes into a new composite, which stands where the first of them was. It has an input for each output outside
 * that they use, and an output for each of theirs that is used outside or nowhere. Ask `groupRefusal` first.
 */
export function group(
  graph: Graph,
  wanted: ReadonlySet<string>,
  title: string,
  makeId: () => string
): Graph {
  const chosen = graph.nodes.filter(node => wanted.has(node._id) && !isSpecial(node));
  const [first] = chosen;
  if (!first) {
    return graph;
  }
  const ids = new Set(chosen.map(node => node._id));
  const composite = makeId();
  const entries = entriesOf(graph, chosen, ids);
  const exits = exitsOf(graph, chosen, ids);
  const inputId = free('input', ids);
  const outputId = free('output', ids);
  const inward = new Map(
    entries.flatMap(port =>
      (port.input_references ?? []).map(from => [keyOf(from), reference(inputId, port.name)])
    )
  );
  const left = Math.min(...chosen.map(node => placeOf(node)?.x ?? 0));
  const right = Math.max(...chosen.map(node => placeOf(node)?.x ?? 0));
  const middle = mean(chosen.map(node => placeOf(node)?.y ?? 0));
  const specialInput: GraphNode = {
    _id: inputId,
    title: 'Input',
    kind: 'composite_input',
    x: left - 260,
    y: middle,
    outputs: entries.map(port => ({ name: port.name, ...typeOf(port) }))
  };
  const specialOutput: GraphNode = {
    _id: outputId,
    title: 'Output',
    kind: 'composite_output',
    x: right + 260,
    y: middle,
    inputs: exits.map(exit => ({
      name: exit.name,
      ...typeOf(exit.output),
      input_references: [exit.from]
    }))
  };
  const inside = chosen.map(node => redirect(node, inward));
  const made: GraphNode = {
    _id: composite,
    title,
    kind: COMPOSITE,
    x: mean(chosen.map(node => placeOf(node)?.x ?? 0)),
    y: middle,
    inputs: entries,
    outputs: exits.map(exit => ({ name: exit.name, ...typeOf(exit.output) })),
    parameters: [holding([specialInput, ...inside, specialOutput])]
  };
  const outward = new Map(exits.map(exit => [keyOf(exit.from), reference(composite, exit.name)]));
  return {
    ...graph,
    nodes: graph.nodes.flatMap(node => {
      if (node === first) {
        return [made];
      }
      return ids.has(node._id) ? [] : [redirect(node, outward)];
    })
  };
}

/** Replace a composite by what is inside it. Inner nodes keep their ids unless these are taken. */
export function ungroup(graph: Graph, id: string, makeId: () => string): Graph {
  const composite = nodeOf(graph, id);
  if (composite?.kind !== COMPOSITE) {
    return graph;
  }
  const inner = innerNodes(composite);
  const taken = new Set(graph.nodes.map(node => node._id).filter(found => found !== id));
  const ids = new Map<string, string>();
  for (const node of inner.filter(node => !isSpecial(node))) {
    const own = taken.has(node._id) ? makeId() : node._id;
    taken.add(own);
    ids.set(node._id, own);
  }
  const inputs = new Set(
    inner.filter(node => node.kind === 'composite_input').map(node => node._id)
  );
  const exits = inner
    .filter(node => node.kind === 'composite_output')
    .flatMap(node => node.inputs ?? []);
  /** Where something inside really comes from, in ids of the graph outside. */
  const fromInside = (from: Reference): readonly Reference[] =>
    inputs.has(from.node_id)
      ? (composite.inputs?.find(port => port.name === from.output_id)?.input_references ?? [])
      : ids.has(from.node_id)
        ? [{ ...from, node_id: ids.get(from.node_id) ?? from.node_id }]
        : [];
  const fromOutside = (from: Reference): readonly Reference[] =>
    from.node_id === id
      ? (exits.find(port => port.name === from.output_id)?.input_references ?? []).flatMap(
          fromInside
        )
      : [from];
  const xs = inner.filter(node => ids.has(node._id)).map(node => placeOf(node)?.x ?? 0);
  const ys = inner.filter(node => ids.has(node._id)).map(node => placeOf(node)?.y ?? 0);
  const at = placeOf(composite) ?? { x: mean(xs), y: mean(ys) };
  const shift = { x: Math.round(at.x - mean(xs)), y: Math.round(at.y - mean(ys)) };
  const shown = inner
    .filter(node => ids.has(node._id))
    .map(node => ({
      ...withReferences(node, fromInside, composite, inputs),
      _id: ids.get(node._id) ?? node._id,
      x: (placeOf(node)?.x ?? 0) + shift.x,
      y: (placeOf(node)?.y ?? 0) + shift.y
    }));
  return {
    ...graph,
    nodes: graph.nodes.flatMap(node =>
      node === composite ? shown : [withReferences(node, fromOutside)]
    )
  };
}

function withReferences(
  node: GraphNode,
  resolve: (from: Reference) => readonly Reference[],
  composite?: GraphNode,
  specials?: ReadonlySet<string>
): GraphNode {
  if (!node.inputs?.some(port => (port.input_references?.length ?? 0) > 0)) {
    return node;
  }
  const inputs = node.inputs.map(port => {
    const before = port.input_references ?? [];
    const after = before.flatMap(resolve);
    const same =
      after.length === before.length && after.every((from, index) => from === before[index]);
    if (same) {
      return port;
    }
    // A value given at the composite's own port goes with the node that used it.
    const [only] = before;
    const given =
      after.length === 0 && only && specials?.has(only.node_id)
        ? composite?.inputs?.find(found => found.name === only.output_id)?.primitive_override
        : undefined;
    return {
      ...port,
      input_references: after,
      ...(given === undefined || given === null ? {} : { primitive_override: given })
    };
  });
  return inputs.every((port, index) => port === node.inputs?.[index]) ? node : { ...node, inputs };
}

function entriesOf(
  graph: Graph,
  chosen: readonly GraphNode[],
  ids: ReadonlySet<string>
): readonly Input[] {
  const ports = new Map<string, Input>();
  const names = new Set<string>();
  for (const port of chosen.flatMap(node => node.inputs ?? [])) {
    for (const from of port.input_references ?? []) {
      if (!ids.has(from.node_id) && !ports.has(keyOf(from))) {
        const output = outputOf(nodeOf(graph, from.node_id), from.output_id);
        ports.set(keyOf(from), {
          name: unique(from.output_id, names),
          ...typeOf(output ?? { file_type: port.file_type ?? 'file' }),
          input_references: [from]
        });
      }
    }
  }
  return [...ports.values()];
}

function exitsOf(
  graph: Graph,
  chosen: readonly GraphNode[],
  ids: ReadonlySet<string>
): readonly Exit[] {
  const used = { inside: new Set<string>(), outside: new Set<string>() };
  for (const node of graph.nodes) {
    const uses = ids.has(node._id) ? used.inside : used.outside;
    node.inputs?.forEach(port => port.input_references?.forEach(from => uses.add(keyOf(from))));
  }
  const names = new Set<string>();
  return chosen.flatMap(node =>
    (node.outputs ?? []).flatMap(output => {
      const from = reference(node._id, output.name);
      const key = keyOf(from);
      return used.outside.has(key) || !used.inside.has(key)
        ? [{ name: unique(output.name, names), from, output }]
        : [];
    })
  );
}

function redirect(node: GraphNode, targets: ReadonlyMap<string, Reference>): GraphNode {
  return withReferences(node, from => [targets.get(keyOf(from)) ?? from]);
}

function typeOf(port: { readonly file_type?: string; readonly is_array?: boolean }) {
  return {
    ...(port.file_type === undefined ? {} : { file_type: port.file_type }),
    ...(port.is_array ? { is_array: true } : {})
  };
}

function reference(node_id: string, output_id: string): Reference {
  return { node_id, output_id };
}

function keyOf(from: Reference): string {
  return JSON.stringify([from.node_id, from.output_id]);
}

/** The name, or with a number behind it if it is taken. */
function unique(name: string, taken: Set<string>): string {
  let found = name;
  for (let number = 2; taken.has(found); number++) {
    found = `${name}_${number}`;
  }
  taken.add(found);
  return found;
}

function free(wanted: string, taken: ReadonlySet<string>): string {
  return unique(wanted, new Set(taken));
}

function mean(values: readonly number[]): number {
  return values.length > 0
    ? Math.round(values.reduce((sum, one) => sum + one, 0) / values.length)
    : 0;
}
