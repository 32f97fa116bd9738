/** When the nodes of a run waited, ran and ended, as a chart of bars. */
import type { NodeRunState, NodeStatus } from './runStatus';

/** A node's bar; times are seconds after the run began. */
export interface Bar {
  readonly id: string;
  readonly status: NodeStatus;
  readonly begin: number;
  readonly end: number;
}

export interface Timeline {
  readonly bars: readonly Bar[];
  /** How long the whole chart is, in seconds. */
  readonly seconds: number;
  /** Where to write times, in seconds. */
  readonly ticks: readonly number[];
}

/** The bars of the nodes that have begun, in the order in which they did; `now` in milliseconds ends those that run. */
export function timelineOf(
  nodes: Readonly<Record<string, NodeRunState>>,
  startedAt: string | null,
  now: number
): Timeline {
  const begun = Object.entries(nodes).flatMap(([id, state]) => {
    if (state.status === 'STATIC' || state.status === 'SPECIAL') {
      return [];
    }
    const from = state.started_at ?? state.finished_at;
    return from ? [{ id, state, from: Date.parse(from) }] : [];
  });
  const zero = Math.min(
    startedAt ? Date.parse(startedAt) : Infinity,
    ...begun.map(({ from }) => from)
  );
  const bars = begun
    .map(({ id, state, from }) => {
      const until = state.finished_at ? Date.parse(state.finished_at) : now;
      const begin = (from - zero) / 1000;
      return { id, status: state.status, begin, end: Math.max(begin, (until - zero) / 1000) };
    })
    .sort((one, other) => one.begin - other.begin || one.end - other.end);
  const seconds = Math.max(0.1, ...bars.map(bar => bar.end));
  return { bars, seconds, ticks: ticksOf(seconds) };
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600];

/** At most eight times at round distances, from 0. */
export function ticksOf(seconds: number): readonly number[] {
  const step = STEPS.find(found => seconds / found <= 7) ?? Math.ceil(seconds / 7 / 21600) * 21600;
  const count = Math.floor(seconds / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Math.round(index * step * 10) / 10);
}
