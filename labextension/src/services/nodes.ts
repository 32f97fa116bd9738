/** Operations: what nodes are made of. */
import type { GraphNode } from '../model/graph';
import type { Reply, Rest } from './request';

/** An operation as the server has it: a node that isn't in a graph yet. */
export type Operation = GraphNode & { readonly _readonly?: boolean };

interface Page extends Reply {
  readonly items: readonly Operation[];
  readonly total_count: number;
}

interface Plugins extends Reply {
  readonly operations: readonly { readonly kind: string; readonly is_inner: boolean }[];
}

interface One extends Reply {
  readonly node: Operation;
}

export class Nodes {
  constructor(private readonly _rest: Rest) {}

  /** The kinds of operations that people choose from. */
  async kinds(): Promise<readonly string[]> {
    const reply = await this._rest.get<Plugins>(['plugins']);
    return reply.operations.filter(found => !found.is_inner).map(found => found.kind);
  }

  /** All kinds of operations that are installed, those too that people don't choose. */
  async allKinds(): Promise<readonly string[]> {
    const reply = await this._rest.get<Plugins>(['plugins']);
    return reply.operations.map(found => found.kind);
  }

  /** Stored operations and files that may be used, newest first. */
  async search(words: string, count = 50): Promise<readonly Operation[]> {
    const body = { search: words, status: ['READY', 'CREATED'], per_page: count };
    return (await this._rest.post<Page>(['search_nodes'], body)).items;
  }

  /** A stored operation, or for a kind a new one. */
  async load(idOrKind: string): Promise<Operation> {
    return (await this._rest.document<One>('GET', ['nodes', idOrKind])).node;
  }

  /** Make an operation of a notebook below the server's root folder; it isn't stored. */
  async fromNotebook(path: string): Promise<Operation> {
    return (await this._rest.document<One>('POST', ['nodes', 'from_notebook'], { path })).node;
  }

  /** Make an operation of a script below the server's root folder; it isn't stored. */
  async fromScript(path: string): Promise<Operation> {
    return (await this._rest.document<One>('POST', ['nodes', 'from_script'], { path })).node;
  }
}
