import { describe, expect, it } from 'vitest';

import { runAfter, type RunEvent, type RunState } from './runEvents';

const FILE = { file_type: 'text', digest: 'd', size_bytes: 3 };
const BEFORE: RunState = {
  status: 'READY',
  nodes: { a: { status: 'CREATED' }, b: { status: 'CREATED' }, f: { status: 'STATIC' } }
};
const after = (...events: RunEvent[]) =>
  runAfter(
    BEFORE,
    events.map((event, index) => ({ event, at: `t${index}` }))
  );

const RESULT = {
  outputs: { o: [FILE] },
  logs: { stdout: [FILE] },
  error: null,
  started_at: 's',
  finished_at: 'f'
};

describe('the state of a run', () => {
  it('follows a node from the queue to its results', () => {
    const missed = after({ type: 'run_started' }, { type: 'node_missed', node_id: 'a', key: 'k' });
    expect(missed?.status).toBe('RUNNING');
    expect(missed?.nodes['a']?.status).toBe('IN_QUEUE');
    const started = after({ type: 'node_started', node_id: 'a', attempt: 1 });
    expect(started?.nodes['a']).toMatchObject({ status: 'RUNNING', attempt: 1, started_at: 't0' });
    const ended = after({ type: 'node_ended', node_id: 'a', attempt: 1, result: RESULT });
    expect(ended?.nodes['a']).toMatchObject({
      status: 'SUCCESS',
      outputs: { o: [FILE] },
      started_at: 's',
      finished_at: 'f'
    });
  });

  it('knows what is restored', () => {
    const restored = after({
      type: 'node_restored',
      node_id: 'b',
      outputs: { o: [FILE] },
      logs: {},
      restored_from: 'r',
      computed_seconds: 2
    });
    expect(restored?.nodes['b']).toMatchObject({ status: 'RESTORED', computed_seconds: 2 });
  });

  it('leaves nodes that nothing was heard of the same objects', () => {
    const started = after({ type: 'node_started', node_id: 'a', attempt: 1 });
    expect(started?.nodes['b']).toBe(BEFORE.nodes['b']);
  });

  it.each<RunEvent>([
    { type: 'node_ended', node_id: 'a', result: { ...RESULT, error: { message: 'x' } } },
    { type: 'node_lost', node_id: 'a', reason: 'gone' },
    { type: 'node_refused', node_id: 'a' },
    { type: 'node_skipped', node_id: 'a' },
    { type: 'cancel_requested', node_ids: [] },
    { type: 'run_finished', status: 'SUCCESS' },
    { type: 'node_started', node_id: 'unknown' },
    { type: 'of_the_future', node_id: 'a' }
  ])('is asked for when the server decides: $type', event => {
    expect(after(event)).toBeNull();
  });
});
