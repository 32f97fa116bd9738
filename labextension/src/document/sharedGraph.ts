/** The graph that several editors share, on Yjs: edits of different nodes, ports and parameters merge. */
import { type DocumentChange, YDocument } from '@jupyter/ydoc';
import * as Y from 'yjs';

import type { Edit } from '../model/edits';
import type { Graph, GraphNode } from '../model/graph';
import { newId } from '../model/ids';
import { readGraph, writeGraph } from '../model/text';

/** What a change of the shared graph tells. */
export interface GraphChange extends DocumentChange {
  /** The graph, when it changed. */
  graphChange?: Graph;
}

/** Lists whose items are shared one by one. */
const LISTS = ['inputs', 'outputs', 'parameters'] as const;

type Fields = Readonly<Record<string, unknown>>;

/**
 * A shared document that holds a graph.
 *
 * Everybody reads the immutable `graph` and changes it by `update(edit)`; what the edit left alone isn't written. Each
 * update is one step of undo. Selection, zoom and the state of runs are never part of it.
 */
export class SharedGraph extends YDocument<GraphChange> {
  readonly version = '1.0.0';

  static create(): SharedGraph {
    return new SharedGraph();
  }

  constructor(options?: YDocument.IOptions) {
    super(options);
    this._fields = this.ydoc.getMap('graph');
    this._nodes = this.ydoc.getArray('nodes');
    this.undoManager.addToScope([this._fields, this._nodes] as never);
    this.undoManager.captureTimeout = 0;
    this._fields.observe(this._onChange);
    this._nodes.observeDeep(this._onChange);
  }

  /** The graph as it is now; the same object until it changes, with the same nodes where these didn't change. */
  get graph(): Graph {
    this._graph ??= this._read();
    return this._graph;
  }

  /** Change the graph, as one step that can be undone. */
  update(edit: Edit): void {
    const before = this.graph;
    const after = edit(before);
    if (after !== before) {
      this.transact(() => {
        this._write(before, after);
        this.setState('dirty', true);
      });
    }
  }

  getSource(): string {
    // An untouched document is written as it was read, whatever wrote it.
    return this._source?.graph === this.graph ? this._source.text : writeGraph(this.graph);
  }

  /** @throws DocumentError if the text isn't a graph; then nothing was changed. */
  setSource(text: string): void {
    const graph = readGraph(text);
    this.transact(() => {
      this._write(this.graph, graph);
      this.setState('dirty', false);
    }, false);
    this._source = { graph: this.graph, text };
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._fields.unobserve(this._onChange);
      this._nodes.unobserveDeep(this._onChange);
    }
    super.dispose();
  }

  private readonly _onChange = (): void => {
    const before = this._graph;
    this._graph = this._read(before);
    if (this._graph !== before) {
      this._changed.emit({ graphChange: this._graph });
    }
  };

  private _write(before: Graph, after: Graph): void {
    const { nodes: _, ...old } = before;
    const { nodes, ...fields } = after;
    writeFields(this._fields, old as Fields, fields as unknown as Fields);
    const kept = new Map(before.nodes.map((node, index) => [node, index]));
    const stays = nodes.map(node => kept.get(node));
    if (stays.length === before.nodes.length && sameIds(before.nodes, nodes)) {
      nodes.forEach((node, index) => {
        const previous = before.nodes[index];
        if (previous && node !== previous) {
          writeNode(this._nodes.get(index), previous, node);
        }
      });
      return;
    }
    this._replaceNodes(before.nodes, nodes);
  }

  /** Take out nodes that are gone, change those that stay in their place, and put in those that are new. */
  private _replaceNodes(before: readonly GraphNode[], after: readonly GraphNode[]): void {
    const wanted = new Set(after.map(node => node._id));
    const left: GraphNode[] = [];
    for (let index = before.length - 1; index >= 0; index--) {
      const node = before[index];
      if (node && wanted.has(node._id)) {
        left.unshift(node);
      } else {
        this._nodes.delete(index);
      }
    }
    after.forEach((node, index) => {
      const there = left[index];
      if (there?._id === node._id) {
        if (there !== node) {
          writeNode(this._nodes.get(index), there, node);
        }
        return;
      }
      const from = left.findIndex((found, place) => place > index && found._id === node._id);
      if (from > index) {
        // Yjs can't move: the node is put in anew at its new place.
        this._nodes.delete(from);
        left.splice(from, 1);
      }
      this._nodes.insert(index, [makeNode(node)]);
      left.splice(index, 0, node);
    });
    if (left.length > after.length) {
      this._nodes.delete(after.length, left.length - after.length);
    }
  }

  private _read(before?: Graph): Graph {
    const known = new Map(before?.nodes.map(node => [node._id, node]));
    const nodes = this._nodes.map(found => readNode(found, known));
    // A file that was just made is empty; what will be saved is a graph.
    const empty = { _id: this._freshId, kind: 'graph' };
    const shared = Object.fromEntries(this._fields.entries()) as unknown as Omit<Graph, 'nodes'>;
    const fields = this._fields.has('_id') ? shared : { ...empty, ...shared };
    const same =
      before &&
      nodes.length === before.nodes.length &&
      nodes.every((node, index) => node === before.nodes[index]) &&
      sameFields(fields, before);
    return same ? before : { ...fields, nodes };
  }

  private readonly _fields: Y.Map<unknown>;
  private readonly _nodes: Y.Array<Y.Map<unknown>>;
  private readonly _freshId = newId();
  private _graph: Graph | undefined;
  private _source: { graph: Graph; text: string } | undefined;
}

function sameIds(one: readonly GraphNode[], other: readonly GraphNode[]): boolean {
  return one.every((node, index) => node._id === other[index]?._id);
}

function sameFields(fields: object, graph: Graph): boolean {
  const { nodes: _, ...others } = graph;
  const [one, other] = [fields as Fields, others as unknown as Fields];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every(name => one[name] === other[name]);
}

function makeNode(node: GraphNode): Y.Map<unknown> {
  const made = new Y.Map<unknown>();
  for (const [name, value] of Object.entries(node)) {
    made.set(name, isList(name) && Array.isArray(value) ? (makeList(value) as unknown) : value);
  }
  return made;
}

function makeList(items: readonly unknown[]): Y.Array<Y.Map<unknown>> {
  return Y.Array.from(items.map(item => makeItem(item)));
}

function makeItem(item: unknown): Y.Map<unknown> {
  return new Y.Map(Object.entries(item as Fields));
}

function writeNode(shared: Y.Map<unknown>, before: GraphNode, after: GraphNode): void {
  const old = { ...before } as unknown as Record<string, unknown>;
  const wanted = { ...after } as unknown as Record<string, unknown>;
  for (const name of LISTS) {
    const [items, previous] = [after[name], before[name]];
    if (items && items !== previous) {
      const list = shared.get(name);
      if (previous && list instanceof Y.Array && namesOf(items) === namesOf(previous)) {
        items.forEach((item, index) => {
          const was = previous[index];
          if (was && was !== item) {
            writeFields(list.get(index) as Y.Map<unknown>, fieldsOf(was), fieldsOf(item));
          }
        });
      } else {
        shared.set(name, makeList(items));
      }
    }
    if (items) {
      delete old[name];
      delete wanted[name];
    }
  }
  writeFields(shared, old, wanted);
}

function fieldsOf(item: object): Fields {
  return item as Fields;
}

function namesOf(items: readonly { readonly name: string }[]): string {
  return JSON.stringify(items.map(item => item.name));
}

function writeFields(shared: Y.Map<unknown>, before: Fields, after: Fields): void {
  for (const name of Object.keys(before)) {
    if (after[name] === undefined) {
      shared.delete(name);
    }
  }
  for (const [name, value] of Object.entries(after)) {
    if (value !== undefined && value !== before[name]) {
      shared.set(name, value);
    }
  }
}

function readNode(shared: Y.Map<unknown>, known: ReadonlyMap<string, GraphNode>): GraphNode {
  const read: Record<string, unknown> = {};
  const before = known.get(String(shared.get('_id'))) as Record<string, unknown> | undefined;
  for (const [name, value] of shared.entries()) {
    read[name] =
      isList(name) && value instanceof Y.Array
        ? readList(value as Y.Array<Y.Map<unknown>>, before?.[name])
        : value;
  }
  return (before && sameObject(read, before) ? before : read) as unknown as GraphNode;
}

function readList(shared: Y.Array<Y.Map<unknown>>, before: unknown): readonly unknown[] {
  const old: readonly unknown[] = Array.isArray(before) ? before : [];
  const items = shared.map((item, index) => {
    const read = Object.fromEntries(item.entries());
    const was = old[index] as Record<string, unknown> | undefined;
    return was && sameObject(read, was) ? was : read;
  });
  const same = items.length === old.length && items.every((item, index) => item === old[index]);
  return same && Array.isArray(before) ? old : items;
}

function sameObject(one: Fields, other: Fields): boolean {
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length && names.every(name => one[name] === other[name])
  );
}

function isList(name: string): boolean {
  return (LISTS as readonly string[]).includes(name);
}
