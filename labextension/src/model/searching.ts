/** Words are looked for in a graph: in titles, descriptions, code, values, ports and notes. */
import type { Graph, GraphNode, Json } from './graph';
import { COMPOSITE, innerNodes, type Path, pathId } from './nesting';
import { notesOf } from './notes';

/** A node or note that has the words; `id` is what a node is called in a run. */
export interface Match {
  readonly id: string;
  readonly text: string;
}

/** Find what matches in a graph, and in the composites in it, in the order of the document. */
export function search(graph: Graph, query: RegExp): readonly Match[] {
  // A global expression remembers where it stopped.
  const plain = new RegExp(query.source, query.flags.replace(/[gy]/g, ''));
  return searchLevel(graph, [], plain);
}

function searchLevel(graph: Graph, path: Path, query: RegExp): readonly Match[] {
  const nodes = graph.nodes.flatMap(node => {
    const text = textsOf(node).find(words => query.test(words));
    const own = text === undefined ? [] : [{ id: pathId(path, node._id), text }];
    const { _id, notes } = node;
    const inner: Graph = { _id, nodes: innerNodes(node), ...(notes ? { notes } : {}) };
    return node.kind === COMPOSITE ? [...own, ...searchLevel(inner, [...path, _id], query)] : own;
  });
  const notes = notesOf(graph)
    .filter(note => query.test(note.text))
    .map(note => ({ id: pathId(path, note._id), text: note.text }));
  return [...nodes, ...notes];
}

function textsOf(node: GraphNode): readonly string[] {
  return [
    node.title ?? '',
    node._id,
    node.kind,
    ...wordsOf(node.description),
    ...wordsOf(node.source),
    ...[...(node.inputs ?? []), ...(node.outputs ?? [])].map(port => port.name),
    ...(node.parameters ?? [])
      .filter(parameter => parameter.parameter_type !== 'list_node')
      .flatMap(parameter => [parameter.name, ...wordsOf(parameter.value)])
  ];
}

/** All texts in a value; lines of one text belong together. */
function wordsOf(value: Json | undefined): readonly string[] {
  if (value === null || value === undefined || typeof value === 'boolean') {
    return [];
  }
  if (typeof value !== 'object') {
    return [String(value)];
  }
  if (Array.isArray(value) && value.every(line => typeof line === 'string')) {
    return [value.join('')];
  }
  return Object.values(value).flatMap(wordsOf);
}
