/** What is wrong with a graph, as a list. */

/** What the server tells: a tree of problems, each at its object. */
export interface ValidationError {
  readonly target: string;
  readonly object_id: string;
  readonly validation_code: string;
  readonly message?: string;
  readonly children?: readonly ValidationError[];
}

/** A problem; `node` is what the node that has it is called in a run, null for the graph itself. */
export interface Problem {
  readonly node: string | null;
  readonly code: string;
  readonly message: string;
}

/** The problems themselves, without the headings, in the order of the document. */
export function problemsOf(error: ValidationError | null | undefined): readonly Problem[] {
  return error ? within(error, null) : [];
}

function within(error: ValidationError, around: string | null): readonly Problem[] {
  const node = error.target === 'NODE' ? error.object_id : around;
  const children = error.children ?? [];
  if (children.length > 0) {
    return children.flatMap(child => within(child, node));
  }
  const message = error.message ?? error.validation_code;
  return [{ node, code: error.validation_code, message: withoutPlace(message, node) }];
}

/** The message without the names of graph and node before it: the list has them already. */
function withoutPlace(message: string, node: string | null): string {
  const mark = `(${node ?? ''}): `;
  const end = node === null ? -1 : message.indexOf(mark);
  const rest = end < 0 ? message : message.slice(end + mark.length);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
