/** The state of a run, made of its events; the same whether they come one by one or all at once. */
import type { Json } from './graph';

export type RunStatus =
  | 'CREATED'
  | 'READY'
  | 'IN_QUEUE'
  | 'RUNNING'
  | 'SUCCESS'
  | 'FAILED_WAITING'
  | 'FAILED'
  | 'CANCELED';

export type NodeStatus =
  | 'STATIC'
  | 'CREATED'
  | 'IN_QUEUE'
  | 'RUNNING'
  | 'SUCCESS'
  | 'RESTORED'
  | 'FAILED'
  | 'CANCELED'
  | 'SPECIAL';

/** A stored artifact, or a value. */
export interface Resource {
  readonly file_type: string;
  readonly digest: string;
  readonly size_bytes: number;
  readonly inline?: boolean;
  readonly value?: Json;
}

export interface NodeError {
  readonly code?: string;
  readonly message?: string;
  readonly traceback?: string | null;
  readonly cell?: number | null;
}

/** What is known of a node in a run: as `GET runs/{id}` has it. */
export interface NodeRunState {
  readonly status: NodeStatus;
  readonly status_reason?: string | null;
  readonly attempt?: number;
  readonly outputs?: Readonly<Record<string, readonly Resource[]>>;
  readonly logs?: Readonly<Record<string, readonly Resource[]>>;
  readonly error?: NodeError | null;
  readonly started_at?: string | null;
  readonly finished_at?: string | null;
  readonly restored_from?: string | null;
  readonly computed_seconds?: number | null;
}

/** How far a running node has got: cells of a notebook, or what its code says. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly label: string;
}

export function isFinal(status: RunStatus | NodeStatus | undefined): boolean {
  return (
    status === 'SUCCESS' || status === 'FAILED' || status === 'CANCELED' || status === 'RESTORED'
  );
}

/** How long a node took, or has taken until `now` (milliseconds); undefined before it began. */
export function secondsOf(node: NodeRunState, now: number): number | undefined {
  if (node.status === 'RESTORED') {
    return node.computed_seconds ?? undefined;
  }
  if (!node.started_at) {
    return undefined;
  }
  const end = node.finished_at ? Date.parse(node.finished_at) : now;
  return Math.max(0, (end - Date.parse(node.started_at)) / 1000);
}

/** What is most worth looking at of what a node made: a picture before a table before a value before a text. */
export function mainOutput(state: NodeRunState): Resource | undefined {
  const made = Object.values(state.outputs ?? {}).flat();
  const ranked = made.map(resource => {
    const rank = SHOWN_FIRST.findIndex(types => types.includes(resource.file_type));
    return { resource, rank: rank < 0 ? SHOWN_FIRST.length : rank };
  });
  return ranked.sort((one, other) => one.rank - other.rank)[0]?.resource;
}

const SHOWN_FIRST: readonly (readonly string[])[] = [
  ['image', 'png', 'notebook'],
  ['csv', 'tsv', 'parquet'],
  ['int', 'float', 'str', 'bool', 'color'],
  ['json', 'dict', 'list', 'text']
];
