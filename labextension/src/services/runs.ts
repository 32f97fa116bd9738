/** Graphs are run, runs are looked at and stopped. */
import { type ISignal, Signal } from '@lumino/signaling';

import type { Graph, Json } from '../model/graph';
import type { ValidationError } from '../model/problems';
import type { NodeRunState, RunStatus } from '../model/runStatus';
import { JsonText, type Reply, RequestError, type Rest } from './request';

/** How a run differs from the plain one. */
export interface RunOptions {
  readonly use_cache?: boolean;
  /** Nobody asked for it: nodes that are only run by hand aren't. */
  readonly automatic?: boolean;
  /** Only these nodes and what they need. */
  readonly until?: readonly string[];
  /** These nodes, and what follows from them, run even if their results are known. */
  readonly from_nodes?: readonly string[];
}

export interface RunSummary {
  readonly _id: string;
  readonly graph_id: string;
  readonly title: string;
  readonly status: RunStatus;
  readonly author: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly counts?: Readonly<Record<string, number>>;
}

export interface Run extends RunSummary {
  /** All events up to this number are in it. */
  readonly sequence: number;
  /** The graph as it was when the run began. */
  readonly graph: Json;
  readonly nodes: Readonly<Record<string, NodeRunState>>;
}

/** A run that began, or why it couldn't. */
export interface Started extends Reply {
  readonly run_id?: string;
  readonly validation_error?: ValidationError;
}

/** What a run would do with a node. */
export interface Forecast {
  readonly node_id: string;
  readonly action: 'run' | 'restore' | 'static' | 'leave';
  readonly reason: string;
  readonly restored_from: string | null;
  readonly computed_seconds: number | null;
}

/** Runs side by side; lists have a value for each of them. */
export interface Comparison {
  readonly runs: readonly {
    readonly _id: string;
    readonly title: string;
    readonly status: RunStatus;
  }[];
  readonly nodes: readonly ComparedNode[];
}

export interface ComparedNode {
  readonly title: string;
  readonly kind: string;
  readonly node_ids: readonly (string | null)[];
  readonly statuses: readonly (string | null)[];
  readonly seconds: readonly (number | null)[];
  readonly parameters: Readonly<Record<string, readonly Json[]>>;
  readonly inputs: Readonly<Record<string, readonly Json[]>>;
  readonly outputs: Readonly<Record<string, readonly Json[]>>;
  readonly code: readonly (readonly string[])[];
  readonly errors: readonly (string | null)[];
  readonly differs: boolean;
}

export class Runs {
  constructor(private readonly _rest: Rest) {}

  /** Emitted with the id of each run that is started here. */
  get started(): ISignal<this, string> {
    return this._started;
  }

  /**
   * Run a graph, given as the text of its document; the graph itself isn't stored, the run keeps a snapshot. What keeps
   * it from running is in the reply. Paths of its files are looked for beside its document, which is at `path`.
   */
  async start(document: string, options: RunOptions, path: string | null): Promise<Started> {
    try {
      const started = await this._rest.post<Started>(['runs'], bodyOf(document, path, options));
      if (started.run_id) {
        this._started.emit(started.run_id);
      }
      return started;
    } catch (error) {
      const problem = error instanceof RequestError ? error.data['validation_error'] : undefined;
      if (problem === undefined) {
        throw error;
      }
      return { status: 'VALIDATION_FAILED', validation_error: problem as ValidationError };
    }
  }

  /** Say what a run of a graph would do; the graph isn't stored. */
  async forecast(document: string, path: string | null): Promise<readonly Forecast[]> {
    const body = bodyOf(document, path);
    return (await this._rest.post<Reply & { nodes: Forecast[] }>(['plan'], body)).nodes;
  }

  async load(id: string): Promise<Run> {
    return (await this._rest.get<Reply & { run: Run }>(['runs', id])).run;
  }

  /** The graph as it was when the run began. */
  async snapshot(id: string): Promise<Graph> {
    const reply = await this._rest.document<Reply & { run: Run }>('GET', ['runs', id]);
    return reply.run.graph as unknown as Graph;
  }

  /** The newest runs, of a graph or of all. */
  async newest(graphId?: string, count = 20): Promise<readonly RunSummary[]> {
    const search = graphId ? `original_node_id:${graphId}` : '';
    const body = { search, per_page: count };
    return (await this._rest.post<Reply & { items: RunSummary[] }>(['search_runs'], body)).items;
  }

  /** What differs between runs, node by node. */
  async compare(ids: readonly string[]): Promise<Comparison> {
    return this._rest.get<Reply & Comparison>(['runs', 'compare'], { ids: ids.join(',') });
  }

  async cancel(id: string, nodeIds: readonly string[] = []): Promise<void> {
    await this._rest.post(['runs', id, 'cancel'], { node_ids: nodeIds });
  }

  async retry(id: string): Promise<string> {
    const reply = await this._rest.post<Reply & { run_id: string }>(['runs', id, 'retry']);
    this._started.emit(reply.run_id);
    return reply.run_id;
  }

  private readonly _started = new Signal<this, string>(this);
}

function bodyOf(document: string, path: string | null, options: RunOptions = {}): JsonText {
  const others = { options, ...(path === null ? {} : { path }) };
  return new JsonText(`{"graph": ${document}, ${JSON.stringify(others).slice(1)}`);
}
