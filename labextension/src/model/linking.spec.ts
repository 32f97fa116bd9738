import { describe, expect, it } from 'vitest';

import type { Graph } from './graph';
import {
  addGraphParameter,
  countLinks,
  link,
  linkable,
  removeGraphParameter,
  renameGraphParameter,
  setGraphParameter,
  unlink
} from './linking';
import { graphAt, holding } from './nesting';

const rate = { name: 'rate', parameter_type: 'float', value: 0.5 };
const GRAPH: Graph = {
  _id: 'g',
  parameters: [rate, { name: 'word', value: 'x' }],
  nodes: [
    { _id: 'a', kind: 'python', parameters: [{ ...rate, name: 'lr', value: 1 }] },
    {
      _id: 'c',
      kind: 'composite',
      parameters: [
        holding([{ _id: 'in', kind: 'python', parameters: [{ ...rate, reference: 'rate' }] }])
      ]
    }
  ]
};
const lr = (graph: Graph) => graph.nodes[0]?.parameters?.[0];
const inner = (graph: Graph) => graphAt(graph, ['c'])?.nodes[0]?.parameters?.[0];

describe('a parameter of the graph', () => {
  it('is linked to by those of its type', () => {
    expect(
      linkable(GRAPH, { name: 'lr', parameter_type: 'float' }).map(found => found.name)
    ).toEqual(['rate']);
    expect(linkable(GRAPH, { name: 's' }).map(found => found.name)).toEqual(['word']);
    const linked = link('a', 'lr', 'rate')(GRAPH);
    expect(lr(linked)?.reference).toBe('rate');
    expect(countLinks(linked.nodes, 'rate')).toBe(2);
  });

  it('leaves its value to what is unlinked', () => {
    const linked = link('a', 'lr', 'rate')(GRAPH);
    expect(lr(unlink('a', 'lr', 0.5)(linked))).toEqual({
      name: 'lr',
      parameter_type: 'float',
      value: 0.5
    });
  });

  it('is renamed with the links to it, inside composites too', () => {
    const renamed = renameGraphParameter('rate', 'speed')(link('a', 'lr', 'rate')(GRAPH));
    expect(lr(renamed)?.reference).toBe('speed');
    expect(inner(renamed)?.reference).toBe('speed');
    expect(renameGraphParameter('rate', 'word')(GRAPH)).toBe(GRAPH);
    expect(renameGraphParameter('rate', ' ')(GRAPH)).toBe(GRAPH);
  });

  it('is removed without loss of values', () => {
    const removed = removeGraphParameter('rate')(
      setGraphParameter('rate', 0.25)(link('a', 'lr', 'rate')(GRAPH))
    );
    expect(removed.parameters?.map(found => found.name)).toEqual(['word']);
    expect(lr(removed)).toMatchObject({ value: 0.25 });
    expect(lr(removed)).not.toHaveProperty('reference');
    expect(inner(removed)).toMatchObject({ value: 0.25 });
  });

  it('gets a name of its own', () => {
    const added = addGraphParameter({ ...rate, value: 2 })(GRAPH);
    expect(added.parameters?.map(found => found.name)).toEqual(['rate', 'word', 'rate_2']);
  });
});
