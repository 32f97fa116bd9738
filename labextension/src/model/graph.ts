/**
 * A graph as its document has it: plain, immutable JSON. What isn't known is kept.
 *
 * Field names are those of the document (see docs/document-format.md).
 */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * A number as it is written, where JavaScript would write it otherwise (1.0, 1e-07) or lose digits.
 *
 * Documents have no such objects of their own: one whose only key begins with `$` is spelled otherwise there.
 */
export interface WrittenNumber {
  readonly $number: string;
  readonly [name: string]: Json;
}

/** The number that a value stands for, if it does. */
export function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  const written = (value as Partial<WrittenNumber> | null | undefined)?.$number;
  return typeof written === 'string' ? Number(written) : undefined;
}

/** An object of a document: the fields that are known, and whatever else is there. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Where an input gets a resource from. */
export type Reference = JsonObject & { readonly node_id: string; readonly output_id: string };

export interface Input {
  readonly name: string;
  readonly file_type?: string;
  readonly is_array?: boolean;
  readonly min_count?: number;
  /** Below 0: any number. */
  readonly max_count?: number;
  readonly primitive_override?: Json;
  readonly description?: Json;
  readonly input_references?: readonly Reference[];
}

export interface Output {
  readonly name: string;
  readonly file_type?: string;
  readonly is_array?: boolean;
  readonly description?: Json;
  readonly values?: readonly Json[];
}

export interface Parameter {
  readonly name: string;
  readonly parameter_type?: string;
  readonly value?: Json;
  /** The label; null hides the parameter, left out the name is shown. */
  readonly widget?: string | null;
  readonly mutable_type?: boolean;
  readonly removable?: boolean;
  readonly publicable?: boolean;
  /** Name of a parameter of the document that gives the value. */
  readonly reference?: string | null;
  readonly description?: Json;
}

export interface GraphNode {
  readonly _id: string;
  readonly title?: string;
  readonly description?: Json;
  readonly kind: string;
  readonly original_node_id?: string;
  readonly node_status?: string;
  readonly source?: JsonObject;
  /** See `placeOf`. */
  readonly x?: Json;
  readonly y?: Json;
  readonly inputs?: readonly Input[];
  readonly outputs?: readonly Output[];
  readonly parameters?: readonly Parameter[];
  /** Of a composite: notes between the nodes that it holds. */
  readonly notes?: readonly Note[];
}

export interface Graph {
  readonly plynx?: number;
  readonly _id: string;
  readonly title?: string;
  readonly description?: Json;
  readonly kind?: string;
  readonly parameters?: readonly Parameter[];
  readonly nodes: readonly GraphNode[];
  readonly notes?: readonly Note[];
}

/** The version of the document format that is written. */
export const FORMAT_VERSION = 1;

/** What a parameter of code holds. */
export interface Code {
  readonly mode: string;
  readonly value: string | readonly string[];
}

/** Where a node is, in pixels; undefined if that isn't said. */
export function placeOf(node: GraphNode): { readonly x: number; readonly y: number } | undefined {
  const [x, y] = [numberOf(node.x), numberOf(node.y)];
  return x === undefined || y === undefined ? undefined : { x, y };
}

export function nodeOf(graph: Graph, id: string): GraphNode | undefined {
  return graph.nodes.find(node => node._id === id);
}

export function inputOf(node: GraphNode | undefined, name: string): Input | undefined {
  return node?.inputs?.find(port => port.name === name);
}

export function outputOf(node: GraphNode | undefined, name: string): Output | undefined {
  return node?.outputs?.find(port => port.name === name);
}

export function parameterOf(node: GraphNode | undefined, name: string): Parameter | undefined {
  return node?.parameters?.find(parameter => parameter.name === name);
}

/** Text that may be written as a list of its lines. */
export function textOf(value: Json | undefined): string {
  if (typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) ? value.filter(line => typeof line === 'string').join('') : '';
}

/** A note that people stick onto a graph: plain text at a place, in pixels. */
export interface Note {
  readonly _id: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width?: number;
  readonly height?: number;
}

/** A change of a graph. */
export type Edit = (graph: Graph) => Graph;

/** A place on the canvas, in pixels. */
export interface Position {
  readonly x: number;
  readonly y: number;
}
