/** The text of a document, and what is wrong with one that can't be read. */
import { LosslessNumber, parse, stringify } from 'lossless-json';

import { FORMAT_VERSION, type Graph, type Json, type WrittenNumber } from './graph';

/** Why a document can't be opened, with the place where that is known (both from 1 on). */
export class DocumentError extends Error {
  constructor(
    message: string,
    readonly line?: number,
    readonly column?: number
  ) {
    super(message);
  }
}

/** A number as JavaScript has it, or as it was written where that would lose something (1.0, 1e-07, 2^60). */
function number(text: string): Json {
  const value = Number(text);
  return String(value) === text ? value : { $number: text };
}

/** Read JSON as documents are read: numbers that JavaScript would write otherwise keep their spelling. */
export function readJson(text: string): unknown {
  return parse(text, undefined, number);
}

/**
 * Read a document.
 *
 * @throws DocumentError for text that isn't JSON, isn't a graph, or is of a version to come.
 */
export function readGraph(text: string): Graph {
  let data: unknown;
  try {
    data = parse(text, undefined, number);
  } catch (error) {
    throw located(text, error);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new DocumentError('This is JSON, but not a graph: it has to be an object with nodes.');
  }
  const graph = data as Partial<Graph>;
  if (typeof graph.plynx === 'number' && graph.plynx > FORMAT_VERSION) {
    throw new DocumentError(
      `This graph was written by a newer version of PLynx for Jupyter (format ${graph.plynx}, ` +
        `this one knows ${FORMAT_VERSION}). Update plynx-jupyter to open it.`
    );
  }
  const problems = [...problemsOf(graph)];
  if (problems.length > 0) {
    throw new DocumentError(problems.join('\n'));
  }
  return { ...graph, nodes: graph.nodes ?? [] } as Graph;
}

/**
 * Write a document as the Python side does: indented by one space, known fields in a fixed order and unknown ones
 * behind them, what is empty left out, a newline at the end.
 */
export function writeGraph(graph: Graph): string {
  const parameters = graph.parameters?.map(found => ordered(found, PARAMETER));
  const nodes = graph.nodes.map(node =>
    ordered(
      {
        ...node,
        inputs: node.inputs?.map(port => ordered(port, INPUT)),
        outputs: node.outputs?.map(port => ordered(port, OUTPUT)),
        parameters: node.parameters?.map(found => ordered(found, PARAMETER))
      },
      NODE
    )
  );
  const whole = ordered({ plynx: FORMAT_VERSION, ...graph, parameters, nodes: [] }, GRAPH);
  return (stringify({ ...whole, nodes }, asWritten, 1) ?? '') + '\n';
}

function asWritten(_: string, value: unknown): unknown {
  const written = (value as Partial<WrittenNumber> | null)?.$number;
  return typeof written === 'string' ? new LosslessNumber(written) : value;
}

/** Text as it is written: of several lines, a list of them, each with its line break. */
export function linesOf(text: string): string | string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.length > 1 || text.endsWith('\n') ? lines : text;
}

const GRAPH = words(
  'plynx _id title description kind author insertion_date update_date parameters nodes'
);
const NODE = words(
  '_id title description kind original_node_id code_function_location node_status auto_run ' +
    'auto_run_enabled source x y inputs outputs parameters'
);
const INPUT = words(
  'name file_type is_array min_count max_count primitive_override description input_references'
);
const OUTPUT = words('name file_type is_array min_count description values');
const PARAMETER = words(
  'name parameter_type value widget mutable_type removable publicable reference description'
);
/** Fields that are left out when they hold nothing. */
const EMPTY = new Set(words('description inputs outputs parameters input_references values'));

function words(text: string): readonly string[] {
  return text.split(' ');
}

function ordered(item: object, order: readonly string[]): Record<string, unknown> {
  const fields = Object.entries(item).filter(
    ([name, value]) =>
      value !== undefined &&
      !(EMPTY.has(name) && (value === '' || (Array.isArray(value) && value.length === 0)))
  );
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(fields.sort(([one], [other]) => place(one) - place(other)));
}

function* problemsOf(graph: Partial<Graph>): Generator<string> {
  if (typeof graph._id !== 'string') {
    yield '_id must be text.';
  }
  if (graph.nodes !== undefined && !Array.isArray(graph.nodes)) {
    yield 'nodes must be a list.';
    return;
  }
  for (const [index, node] of (graph.nodes ?? []).entries()) {
    const where = `nodes[${index}]`;
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      yield `${where} must be an object.`;
      continue;
    }
    for (const name of ['_id', 'kind'] as const) {
      if (typeof node[name] !== 'string') {
        yield `${where}.${name} must be text.`;
      }
    }
    for (const name of ['inputs', 'outputs', 'parameters'] as const) {
      const items: unknown = node[name];
      if (items === undefined) {
        continue;
      }
      if (!Array.isArray(items)) {
        yield `${where}.${name} must be a list.`;
        continue;
      }
      for (const [position, item] of items.entries()) {
        if (typeof (item as { name?: unknown } | null)?.name !== 'string') {
          yield `${where}.${name}[${position}].name must be text.`;
        }
      }
    }
  }
}

function located(text: string, error: unknown): DocumentError {
  const message = error instanceof Error ? error.message : String(error);
  const found = /position (\d+)/.exec(message);
  const position = found ? Math.min(Number(found[1]), text.length) : text.length;
  const before = text.slice(0, position).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  const reason = message.replace(/ at position \d+/, '').replace(/\.$/, '');
  const end = position >= text.length ? ' The file may have been cut off.' : '';
  return new DocumentError(`Line ${line}, column ${column}: ${reason}.${end}`, line, column);
}
