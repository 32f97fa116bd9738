import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Graph, GraphNode } from './graph';
import { group, groupRefusal, ungroup } from './grouping';

interface Case {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly group: readonly string[];
  readonly grouped: readonly GraphNode[];
  readonly ungrouped: readonly GraphNode[];
}

const CASES = JSON.parse(readFileSync('tests/cases/grouping.json', 'utf8')) as Case[];
const CHAIN: Graph = { _id: 'g', nodes: CASES[0]?.nodes ?? [] };

/** The nodes without their places (the editor also places special nodes) and without empty lists. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(bare);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(
          ([name, held]) =>
            !['x', 'y'].includes(name) && !(Array.isArray(held) && held.length === 0)
        )
        .map(([name, held]) => [name, bare(held)])
    );
  }
  return value;
}

describe('a group', () => {
  it.each(CASES)('is made and taken apart as Python does it: $name', found => {
    const before: Graph = { _id: 'g', nodes: found.nodes };
    const grouped = group(before, new Set(found.group), 'Both', () => 'new');
    expect(bare(grouped.nodes)).toEqual(bare(found.grouped));
    expect(bare(ungroup(grouped, 'new', () => 'other').nodes)).toEqual(bare(found.ungrouped));
  });

  it('is refused when a node between would be left outside', () => {
    const refusal = groupRefusal(CHAIN, new Set(['b', 'd']));
    expect(refusal?.reason === 'between' && refusal.nodes.map(node => node._id)).toEqual(['c']);
    expect(groupRefusal(CHAIN, new Set(['b', 'c']))).toBeNull();
    expect(groupRefusal(CHAIN, new Set())?.reason).toBe('nothing_chosen');
  });

  it('leaves what is not in it the same objects', () => {
    const grouped = group(CHAIN, new Set(['b', 'c']), 'Both', () => 'new');
    expect(grouped.nodes[0]).toBe(CHAIN.nodes[0]);
    expect(ungroup(CHAIN, 'a', () => 'other')).toBe(CHAIN);
  });

  it('taken apart stands where the composite was moved to', () => {
    const grouped = group(CHAIN, new Set(['b', 'c']), 'Both', () => 'new');
    const moved = {
      ...grouped,
      nodes: grouped.nodes.map(node => (node._id === 'new' ? { ...node, x: 1450, y: 7 } : node))
    };
    const places = ungroup(moved, 'new', () => 'other').nodes.map(node => [node.x, node.y]);
    expect(places.slice(1, 3)).toEqual([
      [1300, 7],
      [1600, 7]
    ]);
  });

  it('holds a value that was given at its port', () => {
    const grouped = group(CHAIN, new Set(['b', 'c']), 'Both', () => 'new');
    const given = {
      ...grouped,
      nodes: grouped.nodes.map(node =>
        node._id === 'new'
          ? {
              ...node,
              inputs: node.inputs?.map(port => ({ name: port.name, primitive_override: 5 }))
            }
          : node
      )
    };
    const [, b] = ungroup(given, 'new', () => 'other').nodes;
    expect(b?.inputs?.[0]).toMatchObject({ input_references: [], primitive_override: 5 });
  });
});
