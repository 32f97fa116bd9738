import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';

import {
  addNodes,
  connect,
  moveNodes,
  removeNodes,
  renameNode,
  setParameter,
  setTitle
} from '../model/edits';
import { SharedGraph } from './sharedGraph';

const EXAMPLE = readFileSync('examples/wdbc/wdbc.plynx', 'utf8');
const TEXT = JSON.stringify({
  _id: 'g',
  nodes: ['a', 'b', 'c'].map(_id => ({
    _id,
    kind: 'python',
    inputs: [{ name: 'i' }],
    outputs: [{ name: 'o' }],
    parameters: [
      { name: 'p', value: 1 },
      { name: 'q', value: 1 }
    ]
  }))
});

function shared(text = TEXT): SharedGraph {
  const made = SharedGraph.create();
  made.setSource(text);
  made.clearUndoHistory();
  return made;
}

/** Two editors of one document, who hear of each other when `meet` is called. */
function pair(): { one: SharedGraph; other: SharedGraph; meet: () => void } {
  const one = shared();
  const other = SharedGraph.create();
  const meet = () => {
    Y.applyUpdate(other.ydoc, Y.encodeStateAsUpdate(one.ydoc, Y.encodeStateVector(other.ydoc)));
    Y.applyUpdate(one.ydoc, Y.encodeStateAsUpdate(other.ydoc, Y.encodeStateVector(one.ydoc)));
  };
  meet();
  return { one, other, meet };
}

const ids = (graph: SharedGraph) => graph.graph.nodes.map(node => node._id).join('');

describe('a shared graph', () => {
  it('is written as it was read as long as nothing changes, whatever wrote it', () => {
    expect(shared(EXAMPLE).getSource()).toBe(EXAMPLE);
    expect(shared(TEXT).getSource()).toBe(TEXT);
  });

  it('keeps what an edit leaves alone, down to its parts', () => {
    const graph = shared();
    const before = graph.graph;
    graph.update(setParameter('b', 'p', 2));
    expect(graph.graph).not.toBe(before);
    expect(graph.graph.nodes[0]).toBe(before.nodes[0]);
    expect(graph.graph.nodes[1]?.parameters?.[1]).toBe(before.nodes[1]?.parameters?.[1]);
    expect(graph.graph.nodes[1]?.parameters?.[0]?.value).toBe(2);
  });

  it('tells of a change once, and of none that changes nothing', () => {
    const graph = shared();
    let told = 0;
    graph.changed.connect((_, change) => {
      told += change.graphChange ? 1 : 0;
    });
    graph.update(
      moveNodes(
        new Map([
          ['a', { x: 1, y: 2 }],
          ['b', { x: 3, y: 4 }]
        ])
      )
    );
    expect(told).toBe(1);
    graph.update(renameNode('nobody', 'x'));
    graph.update(found => found);
    expect(told).toBe(1);
  });

  it.each([
    ['a title', setTitle('New')],
    ['a move', moveNodes(new Map([['c', { x: 9, y: 9 }]]))],
    ['a removal', removeNodes(['a', 'c'])],
    ['an addition', addNodes([{ _id: 'd', kind: 'file' }])],
    ['a connection', connect({ source: 'a', output: 'o', target: 'b', input: 'i' })],
    [
      'another order',
      (graph: SharedGraph['graph']) => ({ ...graph, nodes: [...graph.nodes].reverse() })
    ],
    [
      'a field that goes',
      (graph: SharedGraph['graph']) => ({
        ...graph,
        nodes: graph.nodes.map(({ parameters: _, ...node }) => node)
      })
    ]
  ])('undoes and redoes %s', (_, edit) => {
    const graph = shared();
    const before = JSON.stringify(graph.graph);
    graph.update(edit);
    const after = JSON.stringify(graph.graph);
    expect(after).not.toBe(before);
    expect(JSON.parse(after)).toEqual(edit(JSON.parse(before)));
    graph.undo();
    expect(JSON.parse(JSON.stringify(graph.graph))).toEqual(JSON.parse(before));
    graph.redo();
    expect(JSON.parse(JSON.stringify(graph.graph))).toEqual(JSON.parse(after));
  });

  it('is undone step by step, and opening it is no step', () => {
    const graph = shared();
    expect(graph.canUndo()).toBe(false);
    graph.update(setTitle('1'));
    graph.update(setTitle('2'));
    graph.undo();
    expect(graph.graph.title).toBe('1');
  });

  it('is dirty after an edit or its undoing, not by being read', () => {
    const graph = shared();
    expect(graph.dirty).toBe(false);
    graph.update(setTitle('1'));
    expect(graph.dirty).toBe(true);
    graph.dirty = false;
    graph.undo();
    expect(graph.dirty).toBe(true);
  });

  it('of an empty file is saved as a graph with an id that stays', () => {
    const graph = SharedGraph.create();
    const id = graph.graph._id;
    graph.update(setTitle('First'));
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect(JSON.parse(graph.getSource())).toMatchObject({ _id: id, title: 'First', nodes: [] });
  });

  it('refuses text that is no graph and stays as it was', () => {
    const graph = shared();
    expect(() => graph.setSource('{"_id": ')).toThrow(/Line 1/);
    expect(ids(graph)).toBe('abc');
  });

  it('merges what two people do at once', () => {
    const { one, other, meet } = pair();
    one.update(setParameter('b', 'p', 'one'));
    one.update(moveNodes(new Map([['a', { x: 1, y: 1 }]])));
    other.update(setParameter('b', 'q', 'other'));
    other.update(removeNodes(['c']));
    other.update(addNodes([{ _id: 'd', kind: 'file' }]));
    meet();
    expect(ids(one)).toBe('abd');
    expect(JSON.stringify(other.graph)).toBe(JSON.stringify(one.graph));
    expect(one.graph.nodes[1]?.parameters?.map(found => found.value)).toEqual(['one', 'other']);
    expect(other.graph.nodes[0]?.x).toBe(1);
  });

  it('undoes only what one has done oneself', () => {
    const { one, other, meet } = pair();
    one.update(renameNode('a', 'mine'));
    meet();
    other.update(renameNode('b', 'theirs'));
    meet();
    one.undo();
    meet();
    expect(one.graph.nodes.map(node => node.title)).toEqual([undefined, 'theirs', undefined]);
  });
});
