import { describe, expect, it } from 'vitest';

import { moveNodes, removeNodes } from './edits';
import type { Graph } from './graph';
import { editAt, graphAt, holding, innerNodes, progressOfAll, stateOfAll } from './nesting';

const INNER = {
  _id: 'in',
  kind: 'composite',
  parameters: [holding([{ _id: 'deep', kind: 'python', x: 0, y: 0 }])]
};
const GRAPH: Graph = {
  _id: 'g',
  nodes: [
    { _id: 'a', kind: 'python' },
    {
      _id: 'out',
      title: 'Outer',
      kind: 'composite',
      parameters: [{ name: 'p', value: 1 }, holding([INNER])]
    }
  ]
};

describe('what is inside a composite', () => {
  it('is a graph of its own, the same object while nothing changes there', () => {
    expect(graphAt(GRAPH, ['out', 'in'])?.nodes.map(node => node._id)).toEqual(['deep']);
    expect(graphAt(GRAPH, ['out'])).toBe(graphAt(GRAPH, ['out']));
    expect(graphAt(GRAPH, [])).toBe(GRAPH);
    expect(graphAt(GRAPH, ['a'])).toBeNull();
    expect(graphAt(GRAPH, ['gone'])).toBeNull();
  });

  it('is edited like one, and all that is around it stays', () => {
    const moved = editAt(['out', 'in'], moveNodes(new Map([['deep', { x: 5, y: 6 }]])))(GRAPH);
    expect(graphAt(moved, ['out', 'in'])?.nodes[0]).toMatchObject({ x: 5, y: 6 });
    expect(moved.nodes[0]).toBe(GRAPH.nodes[0]);
    expect(moved.nodes[1]?.parameters?.[0]).toBe(GRAPH.nodes[1]?.parameters?.[0]);
  });

  it('is left alone by edits that change nothing, or when it is not there', () => {
    expect(editAt(['out'], moveNodes(new Map()))(GRAPH)).toBe(GRAPH);
    expect(editAt(['gone'], removeNodes(['deep']))(GRAPH)).toBe(GRAPH);
  });

  it('is nothing when the parameter holds something else', () => {
    const odd = { _id: 'o', kind: 'composite', parameters: [{ name: '_nodes', value: [1] }] };
    expect(innerNodes(odd)).toEqual([]);
  });
});

describe('the state of a composite', () => {
  const at = (
    status: 'SUCCESS' | 'FAILED' | 'RUNNING' | 'CREATED' | 'RESTORED' | 'STATIC',
    start = '2026-01-01T00:00:00Z'
  ) => ({
    status,
    started_at: start
  });

  it('runs from the first start to the last end', () => {
    expect(stateOfAll([at('SUCCESS'), at('CREATED', '')])?.status).toBe('RUNNING');
    expect(stateOfAll([at('CREATED', ''), at('CREATED', '')])?.status).toBe('CREATED');
  });

  it('is the worst that happened, restored only if nothing ran', () => {
    expect(stateOfAll([at('SUCCESS'), at('FAILED'), at('STATIC')])?.status).toBe('FAILED');
    expect(stateOfAll([at('SUCCESS'), at('RESTORED')])?.status).toBe('SUCCESS');
    expect(stateOfAll([at('RESTORED'), at('STATIC')])?.status).toBe('RESTORED');
    expect(stateOfAll([at('STATIC')])).toBeUndefined();
  });

  it('counts what has ended', () => {
    expect(progressOfAll([at('SUCCESS'), at('RUNNING'), at('STATIC')])).toEqual({
      done: 1,
      total: 2
    });
  });
});
