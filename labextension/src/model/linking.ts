/** Parameters of the graph, and parameters of nodes that take their values from them. */
import { changeParameter } from './edits';
import type { Edit, Graph, GraphNode, Json, Parameter } from './graph';
import { innerNodes } from './nesting';

/** Add a parameter to the graph, named like `wanted` or with a number behind it if that is taken. */
export function addGraphParameter(wanted: Parameter): Edit {
  return graph => {
    const before = graph.parameters ?? [];
    return { ...graph, parameters: [...before, { ...wanted, name: freeName(graph, wanted.name) }] };
  };
}

/** The name that `addGraphParameter` gives. */
export function freeName(graph: Graph, wanted: string): string {
  const taken = new Set((graph.parameters ?? []).map(found => found.name));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) {
    name = `${wanted}_${number}`;
  }
  return name;
}

export function setGraphParameter(name: string, value: Json): Edit {
  return graph => ({
    ...graph,
    parameters: graph.parameters?.map(found => (found.name === name ? { ...found, value } : found))
  });
}

/** Rename a parameter of the graph, and with it the links to it; nothing happens if the name is taken or empty. */
export function renameGraphParameter(before: string, after: string): Edit {
  return graph => {
    const taken = graph.parameters?.some(found => found.name === after);
    if (taken || after.trim() === '' || before === after) {
      return graph;
    }
    return {
      ...relinked(graph, before, parameter => ({ ...parameter, reference: after })),
      parameters: graph.parameters?.map(found =>
        found.name === before ? { ...found, name: after } : found
      )
    };
  };
}

/** Remove a parameter of the graph; what was linked to it keeps its value as its own. */
export function removeGraphParameter(name: string): Edit {
  return graph => {
    const value = graph.parameters?.find(found => found.name === name)?.value;
    const parameters = graph.parameters?.filter(found => found.name !== name) ?? [];
    const { parameters: _, ...bare } = relinked(graph, name, parameter => own(parameter, value));
    return parameters.length > 0 ? { ...bare, parameters } : bare;
  };
}

/** Have a node's parameter take its value from a parameter of the graph. */
export function link(id: string, name: string, to: string): Edit {
  return changeParameter(id, name, parameter => ({ ...parameter, reference: to }));
}

/** Give a node's parameter the value that it had through its link. */
export function unlink(id: string, name: string, value: Json | undefined): Edit {
  return changeParameter(id, name, parameter => own(parameter, value));
}

/** The parameters of the graph that one of a node could be linked to. */
export function linkable(graph: Graph, parameter: Parameter): readonly Parameter[] {
  const type = parameter.parameter_type ?? 'str';
  return (graph.parameters ?? []).filter(found => (found.parameter_type ?? 'str') === type);
}

/** How many parameters of nodes, also inside composites, are linked to one of the graph. */
export function countLinks(nodes: readonly GraphNode[], name: string): number {
  return nodes.reduce((sum, node) => {
    const here = (node.parameters ?? []).filter(found => found.reference === name).length;
    return sum + here + countLinks(innerNodes(node), name);
  }, 0);
}

function own(parameter: Parameter, value: Json | undefined): Parameter {
  const { reference: _, ...rest } = parameter;
  return value === undefined ? rest : { ...rest, value };
}

/** Change all parameters of nodes that are linked to `name`, also inside composites. */
function relinked(graph: Graph, name: string, change: (parameter: Parameter) => Parameter): Graph {
  const visit = (node: GraphNode): GraphNode => {
    const inner = innerNodes(node);
    const visited = inner.map(visit);
    const moved = visited.some((found, index) => found !== inner[index]);
    const linked = node.parameters?.some(found => found.reference === name);
    if (!moved && !linked) {
      return node;
    }
    return {
      ...node,
      parameters: node.parameters?.map(parameter => {
        if (parameter.reference === name) {
          return change(parameter);
        }
        return moved && parameter.name === '_nodes'
          ? { ...parameter, value: visited as unknown as Json }
          : parameter;
      })
    };
  };
  return { ...graph, nodes: graph.nodes.map(visit) };
}
