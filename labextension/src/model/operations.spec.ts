import { describe, expect, it } from 'vitest';

import { fileNode, place, relativePath } from './operations';

describe('an operation', () => {
  const stored = {
    _id: 'op',
    kind: 'python',
    title: 'T',
    author: 'ann',
    node_status: 'READY',
    odd: 1
  };

  it('becomes a node with an id and a place of its own', () => {
    const node = place(stored, { x: 12, y: 27 }, true);
    expect(node._id).toMatch(/^[0-9a-f]{24}$/);
    expect(node).toMatchObject({
      title: 'T',
      kind: 'python',
      original_node_id: 'op',
      x: 10,
      y: 30,
      odd: 1
    });
    expect(node).not.toHaveProperty('author');
    expect(node).not.toHaveProperty('node_status');
  });

  it('that is not stored is not remembered', () => {
    expect(place(stored, { x: 0, y: 0 }, false)).not.toHaveProperty('original_node_id');
  });
});

describe('a file', () => {
  it('becomes a node of the type that its name tells', () => {
    expect(fileNode('data/a.CSV', { x: 0, y: 0 })).toMatchObject({
      title: 'a.CSV',
      kind: 'file',
      source: { path: 'data/a.CSV' },
      outputs: [{ name: 'out', file_type: 'csv' }]
    });
    expect(fileNode('Makefile', { x: 0, y: 0 }).outputs).toEqual([{ name: 'out' }]);
  });

  it.each([
    ['', 'a.csv', 'a.csv'],
    ['work', 'work/a.csv', 'a.csv'],
    ['work', 'work/data/a.csv', 'data/a.csv'],
    ['work/graphs', 'work/data/a.csv', '../data/a.csv'],
    ['work', 'a.csv', '../a.csv'],
    ['work', 'work', '../work']
  ])('in a document of folder %j, %j is %j', (folder, path, relative) => {
    expect(relativePath(folder, path)).toBe(relative);
  });
});
