import { describe, expect, it } from 'vitest';

import type { NodeRunState } from './runStatus';
import { ticksOf, timelineOf } from './timeline';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const NODES: Record<string, NodeRunState> = {
  file: { status: 'STATIC' },
  second: { status: 'RUNNING', started_at: at(3) },
  first: { status: 'SUCCESS', started_at: at(1), finished_at: at(3) },
  restored: { status: 'RESTORED', finished_at: at(0.5) },
  waits: { status: 'IN_QUEUE' }
};

describe('the timeline of a run', () => {
  it('has the nodes that have begun, in that order; those that run go on until now', () => {
    const { bars, seconds } = timelineOf(NODES, at(0), Date.parse(at(10)));
    expect(bars.map(bar => [bar.id, bar.begin, bar.end])).toEqual([
      ['restored', 0.5, 0.5],
      ['first', 1, 3],
      ['second', 3, 10]
    ]);
    expect(seconds).toBe(10);
  });

  it('begins with the first node when it is not said when the run began', () => {
    expect(timelineOf(NODES, null, 0).bars[0]?.begin).toBe(0);
  });

  it('is empty before anything has begun', () => {
    expect(timelineOf({}, null, 0)).toEqual({ bars: [], seconds: 0.1, ticks: [0, 0.1] });
  });
});

describe('the ticks of an axis', () => {
  it.each([0.1, 0.7, 3, 10, 59, 61, 3600, 100_000, 1e7])('are few and round: %d', seconds => {
    const ticks = ticksOf(seconds);
    expect(ticks.length).toBeLessThanOrEqual(8);
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks[0]).toBe(0);
    expect(ticks.at(-1)).toBeLessThanOrEqual(seconds);
  });
});
