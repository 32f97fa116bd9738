import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { refusalOf } from './connection';
import { connect, copies, disconnect, removeNodes, setParameter } from './edits';
import type { Graph, GraphNode } from './graph';
import { typesConnect } from './types';

const TYPES = JSON.parse(readFileSync('tests/cases/types.json', 'utf8')) as [
  string,
  string,
  boolean
][];

function node(id: string, more: Partial<GraphNode> = {}): GraphNode {
  return {
    _id: id,
    kind: 'python',
    inputs: [{ name: 'i' }, { name: 'many', is_array: true, max_count: 2 }],
    outputs: [{ name: 'o' }, { name: 'list', is_array: true }, { name: 'n', file_type: 'int' }],
    ...more
  };
}

const GRAPH: Graph = { _id: 'g', nodes: [node('a'), node('b'), node('c')] };
const AB = { source: 'a', output: 'o', target: 'b', input: 'i' };

describe('a connection', () => {
  it.each(TYPES)('%s -> %s is decided as in Python', (output, input, fits) => {
    expect(typesConnect(output, input)).toBe(fits);
  });

  it('is made where it fits and is undone', () => {
    expect(refusalOf(GRAPH, AB)).toBeNull();
    const connected = connect(AB)(GRAPH);
    expect(connected.nodes[1]?.inputs?.[0]?.input_references).toEqual([
      { node_id: 'a', output_id: 'o' }
    ]);
    expect(connected.nodes[0]).toBe(GRAPH.nodes[0]);
    expect(disconnect(AB)(connected).nodes[1]?.inputs?.[0]?.input_references).toEqual([]);
  });

  it('is refused with its reason', () => {
    const connected = connect(AB)(GRAPH);
    expect(refusalOf(connected, AB)?.reason).toBe('connected_already');
    expect(refusalOf(connected, { ...AB, source: 'c' })).toEqual({ reason: 'no_room', most: 1 });
    expect(
      refusalOf(connected, { source: 'b', output: 'o', target: 'a', input: 'i' })?.reason
    ).toBe('cycle');
    expect(refusalOf(GRAPH, { ...AB, source: 'b' })?.reason).toBe('cycle');
    expect(refusalOf(GRAPH, { ...AB, output: 'n' })).toEqual({
      reason: 'types',
      types: ['int', 'file']
    });
    expect(refusalOf(GRAPH, { ...AB, output: 'list' })?.reason).toBe('list_to_one');
    expect(refusalOf(GRAPH, { ...AB, output: 'nothing' })?.reason).toBe('no_such_port');
  });
});

describe('an edit', () => {
  it('that removes nodes removes what leads to them', () => {
    const left = removeNodes(['a'])(connect(AB)(GRAPH));
    expect(left.nodes.map(found => found._id)).toEqual(['b', 'c']);
    expect(left.nodes[0]?.inputs?.[0]?.input_references).toEqual([]);
  });

  it('that sets a parameter unlinks it', () => {
    const linked = node('a', { parameters: [{ name: 'p', value: 1, reference: 'x' }] });
    const changed = setParameter('a', 'p', 2)({ _id: 'g', nodes: [linked] });
    expect(changed.nodes[0]?.parameters).toEqual([{ name: 'p', value: 2 }]);
  });

  it('that copies nodes keeps connections among them and drops those to strangers', () => {
    const connected = connect({ source: 'c', output: 'o', target: 'b', input: 'many' })(
      connect(AB)(GRAPH)
    );
    let next = 0;
    const made = copies(connected.nodes.slice(0, 2), () => `new${next++}`);
    expect(made.map(found => found._id)).toEqual(['new0', 'new1']);
    expect(made[1]?.inputs?.map(port => port.input_references)).toEqual([
      [{ node_id: 'new0', output_id: 'o' }],
      []
    ]);
  });
});
