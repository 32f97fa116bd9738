import { describe, expect, it } from 'vitest';

import type { Graph } from './graph';
import { holding } from './nesting';
import { search } from './searching';

const GRAPH: Graph = {
  _id: 'g',
  notes: [{ _id: 'n', text: 'Remember the milk', x: 0, y: 0 }],
  nodes: [
    {
      _id: 'a',
      title: 'Split',
      kind: 'python',
      inputs: [{ name: 'table' }],
      parameters: [
        { name: '_cmd', value: { mode: 'python', value: ['import milk\n', 'x = 1\n'] } },
        { name: 'layers', value: 100 }
      ]
    },
    {
      _id: 'c',
      kind: 'composite',
      notes: [{ _id: 'm', text: 'inner note', x: 0, y: 0 }],
      parameters: [holding([{ _id: 'deep', title: 'Deep split', kind: 'bash_jinja2' }])]
    }
  ]
};

const ids = (query: RegExp) => search(GRAPH, query).map(match => match.id);

describe('a search', () => {
  it('finds titles, at all levels, whatever the case if the query says so', () => {
    expect(ids(/split/gi)).toEqual(['a', 'c/deep']);
    expect(ids(/split/g)).toEqual(['c/deep']);
  });

  it('finds code across its lines, values, ports and notes', () => {
    expect(ids(/milk\nx/)).toEqual(['a']);
    expect(ids(/milk/)).toEqual(['a', 'n']);
    expect(ids(/^100$/)).toEqual(['a']);
    expect(ids(/table/)).toEqual(['a']);
    expect(ids(/inner note/)).toEqual(['c/m']);
  });

  it('finds a node once, and nothing where there is nothing', () => {
    expect(ids(/i/)).toEqual(['a', 'c', 'c/deep', 'c/m', 'n']);
    expect(ids(/nowhere/)).toEqual([]);
  });
});
