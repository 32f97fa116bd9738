/** The workers, what they do, and what waits for them. */
import type { Reply, Rest } from './request';

export interface NodeUnderWay {
  readonly run_id: string;
  readonly node_id: string;
  readonly title: string;
  readonly started_at: string | null;
}

export interface Worker {
  readonly name: string;
  readonly address: string;
  readonly slots: number;
  /** What it may use; 0 if that isn't known. */
  readonly memory_bytes: number;
  readonly used_bytes: number | null;
  readonly running: readonly NodeUnderWay[];
}

export interface Workload extends Reply {
  readonly workers: readonly Worker[];
  readonly slots: number;
  readonly running_count: number;
  readonly queued_count: number;
  readonly queued: readonly (NodeUnderWay & {
    readonly reason: { readonly text?: string } | string;
  })[];
}

export function loadWorkload(rest: Rest): Promise<Workload> {
  return rest.get<Workload>(['worker_states']);
}
