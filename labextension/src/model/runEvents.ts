/** What an event makes of the state of a run: the simple ones are taken in at once, the others have it read anew. */
import type { NodeError, NodeRunState, Resource, RunStatus } from './runStatus';

type Resources = Readonly<Record<string, readonly Resource[]>>;

/** The events of a run whose meaning doesn't depend on how the run is planned. */
export type RunEvent = { readonly type: string; readonly [name: string]: unknown };

/** A run as far as events change it. */
export interface RunState {
  readonly status: RunStatus;
  readonly nodes: Readonly<Record<string, NodeRunState>>;
}

interface Result {
  readonly outputs: Resources;
  readonly logs: Resources;
  readonly error: NodeError | null;
  readonly started_at: string;
  readonly finished_at: string;
}

/**
 * Return the state of one node after an event, or null if the server has to be asked: after failures, lost workers and
 * cancellations it decides what becomes of a node and of those behind it.
 */
export function nodeAfter(before: NodeRunState, event: RunEvent, at: string): NodeRunState | null {
  switch (event.type) {
    case 'node_restored':
      return {
        ...before,
        status: 'RESTORED',
        outputs: event['outputs'] as Resources,
        logs: event['logs'] as Resources,
        restored_from: event['restored_from'] as string | null,
        computed_seconds: event['computed_seconds'] as number | null,
        finished_at: at
      };
    case 'node_missed':
      return before.status === 'CREATED' ? { ...before, status: 'IN_QUEUE' } : before;
    case 'node_started':
      return {
        ...before,
        status: 'RUNNING',
        attempt: event['attempt'] as number,
        started_at: at,
        finished_at: null
      };
    case 'node_ended': {
      const result = event['result'] as Result;
      if (result.error) {
        return null;
      }
      const { outputs, logs, started_at, finished_at } = result;
      return { ...before, status: 'SUCCESS', outputs, logs, started_at, finished_at, error: null };
    }
    default:
      return null;
  }
}

/** A new snapshot in which only the nodes of the events are others; null if the server has to be asked. */
export function runAfter<T extends RunState>(
  before: T,
  events: readonly { readonly event: RunEvent; readonly at: string }[]
): T | null {
  const nodes: Record<string, NodeRunState> = { ...before.nodes };
  let { status } = before;
  for (const { event, at } of events) {
    if (event.type === 'run_started') {
      status = 'RUNNING';
      continue;
    }
    const id = event['node_id'];
    const node = typeof id === 'string' ? nodes[id] : undefined;
    const after = node && nodeAfter(node, event, at);
    if (typeof id !== 'string' || !after) {
      return null;
    }
    nodes[id] = after;
    if (status === 'READY' || status === 'CREATED' || status === 'IN_QUEUE') {
      status = 'RUNNING';
    }
  }
  return { ...before, status, nodes };
}
