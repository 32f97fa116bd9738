/** Graphs in the server's store. */
import type { Graph } from '../model/graph';
import { writeGraph } from '../model/text';
import { JsonText, type Reply, RequestError, type Rest } from './request';

/** What a list tells of a stored graph. */
export interface GraphSummary {
  readonly _id: string;
  readonly title: string;
  readonly author: string;
  readonly insertion_date: string | null;
  readonly update_date: string | null;
  readonly _readonly: boolean;
}

interface One extends Reply {
  readonly graph: GraphSummary;
}

interface Page extends Reply {
  readonly items: readonly GraphSummary[];
  readonly total_count: number;
}

/** A stored graph: what is known of it, and its document as text. */
export interface StoredGraph {
  readonly summary: GraphSummary;
  readonly text: string;
}

/** What a reply has beside the document. */
const NOT_OF_DOCUMENTS = [
  'graph_running_status',
  '_readonly',
  'author',
  'insertion_date',
  'update_date'
];

export interface Upgrade {
  readonly graph: Graph;
  readonly count: number;
  readonly lost: readonly string[];
}

export class Graphs {
  constructor(private readonly _rest: Rest) {}

  /** Stored graphs, newest first; `author:name` and `order:title` are among the words that the search knows. */
  async search(words: string, count = 100): Promise<readonly GraphSummary[]> {
    const body = { search: words, per_page: count };
    return (await this._rest.post<Page>(['search_graphs'], body)).items;
  }

  async load(id: string): Promise<StoredGraph> {
    const reply = await this._rest.document<One>('GET', ['graphs', id]);
    const document = Object.fromEntries(
      Object.entries(reply.graph).filter(([name]) => !NOT_OF_DOCUMENTS.includes(name))
    );
    return { summary: reply.graph, text: writeGraph(document as unknown as Graph) };
  }

  /** Store a document; with `expected`, only if the stored graph is still of that date: 409 otherwise. */
  async save(text: string, expected?: string): Promise<GraphSummary> {
    // A later key of the same name would be refused: documents of this drive have no date of their own.
    const dated =
      expected === undefined
        ? text
        : text.trimEnd().replace(/}$/, `, "update_date": ${JSON.stringify(expected)}}`);
    const body = new JsonText(`{"graph": ${dated}, "action": ["SAVE"]}`);
    return (await this._rest.post<One>(['graphs'], body)).graph;
  }

  /**
   * The graph with its deprecated operations replaced by their newest versions, how many were, and what could not be
   * kept; it isn't stored.
   */
  async upgraded(text: string): Promise<Upgrade> {
    const body = new JsonText(`{"graph": ${text}, "action": ["UPGRADE_NODES"]}`);
    const reply = await this._rest.document<
      Reply & { graph: Graph; upgraded_nodes_count: number; lost: readonly string[] }
    >('POST', ['graphs'], body);
    return { graph: reply.graph, count: reply.upgraded_nodes_count, lost: reply.lost };
  }

  async rename(id: string, title: string): Promise<GraphSummary> {
    return (await this._rest.request<One>('PATCH', ['graphs', id, 'update'], { title })).graph;
  }

  async clone(id: string): Promise<GraphSummary> {
    const reply = await this._rest.post<One & { new_graph_id: string }>(['graphs', id, 'clone']);
    return { ...reply.graph, _id: reply.new_graph_id };
  }

  async delete(id: string): Promise<void> {
    try {
      await this._rest.request('DELETE', ['graphs', id]);
    } catch (error) {
      if (!(error instanceof RequestError) || error.status !== 404) {
        throw error;
      }
    }
  }
}
