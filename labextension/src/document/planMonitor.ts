/** What a run of a graph would do now, asked again when the graph has changed or a run has ended. */
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { type Problem, problemsOf, type ValidationError } from '../model/problems';
import { isFinal } from '../model/runStatus';
import { RequestError } from '../services/request';
import type { Forecast, Runs } from '../services/runs';
import type { RunMonitor } from './runMonitor';
import type { SharedGraph } from './sharedGraph';

/** People type and drag in bursts: nothing is asked until they pause so long, in milliseconds. */
const PAUSE = 500;

/** After how long a server that is in trouble is asked once more, in milliseconds. */
const AGAIN = 10_000;

/** A graph whose plan takes long isn't asked for all the time: the pause is as many times as long as the last one took. */
const RESPITE = 3;

/**
 * Knows the forecast of each node. One request at a time; while a run goes on none, since what it does is seen.
 */
export class PlanMonitor implements IDisposable {
  constructor(
    private readonly _graph: SharedGraph,
    private readonly _monitor: RunMonitor,
    private readonly _runs: Runs,
    private readonly _path: () => string | null
  ) {
    _graph.changed.connect(this._onChange);
    _monitor.changed.connect(this._onRun);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Emitted when the forecasts are others. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The forecast of a node, by what it is called in a run; undefined if it isn't known, or out of date. */
  of(nodeId: string): Forecast | undefined {
    return this._forecasts.get(nodeId);
  }

  /** What keeps the graph from being run, as far as it is known. */
  get problems(): readonly Problem[] {
    return this._problems;
  }

  /** Why the server can't say what would be done, in its own words; null if it can. */
  get trouble(): string | null {
    return this._trouble;
  }

  /** Take note of problems that were told elsewhere. */
  tell(problems: readonly Problem[]): void {
    this._setProblems(problems);
  }

  /** Ask soon; begins the watching. */
  refresh(): void {
    this._isWatching = true;
    window.clearTimeout(this._timer);
    this._timer = window.setTimeout(() => void this._ask(), Math.max(PAUSE, this._respite));
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      window.clearTimeout(this._timer);
      this._graph.changed.disconnect(this._onChange);
      this._monitor.changed.disconnect(this._onRun);
      Signal.clearData(this);
    }
  }

  private async _ask(): Promise<void> {
    if (this._isAsking || this._isRunning || this._isDisposed) {
      this._isStale = true;
      return;
    }
    const { graph } = this._graph;
    if (graph.nodes.length === 0) {
      this._set([]);
      this._setProblems([]);
      return;
    }
    this._isAsking = true;
    this._isStale = false;
    const began = performance.now();
    try {
      const found = await this._runs.forecast(this._graph.getSource(), this._path());
      if (graph === this._graph.graph && !this._isRunning) {
        this._set(found);
      }
      this._setProblems([]);
      this._setTrouble(null);
    } catch (error) {
      // A graph with mistakes, or no server: what would be done can't be said.
      this._set([]);
      if (error instanceof RequestError && graph === this._graph.graph) {
        this._setProblems(problemsIn(error));
        this._setTrouble(error.status >= 500 ? error.message : null);
      }
    } finally {
      this._isAsking = false;
      this._respite = RESPITE * (performance.now() - began);
    }
    if (this._isStale || graph !== this._graph.graph) {
      this.refresh();
    }
  }

  private _set(found: readonly Forecast[]): void {
    if (this._isDisposed || (found.length === 0 && this._forecasts.size === 0)) {
      return;
    }
    this._forecasts = new Map(found.map(forecast => [forecast.node_id, forecast]));
    this._changed.emit();
  }

  private _setProblems(problems: readonly Problem[]): void {
    if (!this._isDisposed && (problems.length > 0 || this._problems.length > 0)) {
      this._problems = problems;
      this._changed.emit();
    }
  }

  private _setTrouble(trouble: string | null): void {
    if (!this._isDisposed && trouble !== this._trouble) {
      this._trouble = trouble;
      this._changed.emit();
    }
    if (trouble !== null) {
      // Perhaps it is mended meanwhile.
      window.clearTimeout(this._timer);
      this._timer = window.setTimeout(() => void this._ask(), AGAIN);
    }
  }

  private get _isRunning(): boolean {
    const { run } = this._monitor;
    return run !== null && !isFinal(run.status);
  }

  private readonly _onChange = (): void => {
    if (this._isWatching && this._graph.graph !== this._seen) {
      this._seen = this._graph.graph;
      this.refresh();
    }
  };

  private readonly _onRun = (): void => {
    if (!this._isWatching) {
      return;
    }
    const isRunning = this._isRunning;
    if (isRunning && !this._wasRunning) {
      this._set([]);
    } else if (!isRunning && this._wasRunning) {
      this.refresh();
    }
    this._wasRunning = isRunning;
  };

  private _forecasts: ReadonlyMap<string, Forecast> = new Map();
  private _trouble: string | null = null;
  private _problems: readonly Problem[] = [];
  private _seen: unknown = null;
  private _timer = 0;
  private _respite = 0;
  private _isWatching = false;
  private _isAsking = false;
  private _isStale = false;
  private _wasRunning = false;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

function problemsIn(error: RequestError): readonly Problem[] {
  return problemsOf(error.data['validation_error'] as ValidationError | undefined);
}
