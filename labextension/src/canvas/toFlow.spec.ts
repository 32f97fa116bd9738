import { describe, expect, it } from 'vitest';

import { connect, moveNodes, renameNode } from '../model/edits';
import type { Graph } from '../model/graph';
import { connectionOf, edgeId, toFlow } from './toFlow';

const GRAPH: Graph = {
  _id: 'g',
  nodes: [
    { _id: 'a', kind: 'python', x: 1, y: 2, outputs: [{ name: 'o' }] },
    { _id: 'b', kind: 'python', inputs: [{ name: 'i', is_array: true }] }
  ]
};
const AB = { source: 'a', output: 'o', target: 'b', input: 'i' };

describe('a drawing', () => {
  it('has a node for each node and a line for each connection', () => {
    const drawn = toFlow(connect(AB)(GRAPH), new Set(['b']));
    expect(drawn.nodes.map(node => [node.id, node.position.x, node.selected])).toEqual([
      ['a', 1, false],
      ['b', 260, true]
    ]);
    expect(drawn.edges.map(edge => connectionOf(edge.id))).toEqual([AB]);
  });

  it('leaves out lines from nodes that are not there', () => {
    const left = { ...connect(AB)(GRAPH), nodes: connect(AB)(GRAPH).nodes.slice(1) };
    expect(toFlow(left, new Set()).edges).toEqual([]);
  });

  it('keeps what did not change', () => {
    const first = toFlow(connect(AB)(GRAPH), new Set());
    const moved = moveNodes(new Map([['b', { x: 5, y: 5 }]]))(connect(AB)(GRAPH));
    const renamed = renameNode('a', 'x')(moved);
    const second = toFlow(renamed, new Set(), first);
    expect(second.nodes[1]).not.toBe(first.nodes[1]);
    expect(second.edges[0]).toBe(first.edges[0]);
    const third = toFlow(renamed, new Set(), second);
    expect(third.nodes[0]).toBe(second.nodes[0]);
  });

  it('numbers the lines of a list, as their order counts', () => {
    const twice = connect({ ...AB, output: 'p' })(connect(AB)(GRAPH));
    expect(toFlow(twice, new Set()).edges.map(edge => edge.label)).toEqual(['1', '2']);
  });

  it('has names for lines whatever ports are called', () => {
    const odd = { source: 'a"b', output: 'x,y', target: '[', input: '' };
    expect(connectionOf(edgeId(odd))).toEqual(odd);
  });
});
