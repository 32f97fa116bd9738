/** The run that is shown, as one level of the graph sees it. */
import { type ISignal, Signal } from '@lumino/signaling';

import type { Graph } from '../model/graph';
import { COMPOSITE, progressOfAll, stateOfAll } from '../model/nesting';
import type { NodeRunState, Progress } from '../model/runStatus';
import type { Run } from '../services/runs';
import type { GraphLevel } from './graphLevel';
import type { LogText, RunMonitor } from './runMonitor';

/** What screens ask of a run; nodes are called what they are called at the level that is shown. */
export interface RunView {
  readonly run: Run | null;
  readonly changed: ISignal<unknown, void>;
  readonly logged: ISignal<unknown, LogText>;
  stateOf(id: string): NodeRunState | undefined;
  progressOf(id: string): Progress | undefined;
}

/** Shows composites as the sum of what is inside them, and what is inside one under its own names. */
export class LevelRun implements RunView {
  constructor(
    private readonly _monitor: RunMonitor,
    private readonly _level: GraphLevel
  ) {
    _monitor.changed.connect(this._onChange);
    _monitor.logged.connect(this._onLogged);
    _level.changed.connect(this._onChange);
  }

  get run(): Run | null {
    return this._monitor.run;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get logged(): ISignal<this, LogText> {
    return this._logged;
  }

  stateOf(id: string): NodeRunState | undefined {
    if (!this._isComposite(id)) {
      return this._monitor.stateOf(this._level.runId(id));
    }
    if (!this._states.has(id)) {
      this._states.set(id, stateOfAll(this._inside(id)));
    }
    return this._states.get(id);
  }

  progressOf(id: string): Progress | undefined {
    if (!this._isComposite(id)) {
      return this._monitor.progressOf(this._level.runId(id));
    }
    let found = this._progress.get(id);
    if (!found) {
      found = { ...progressOfAll(this._inside(id)), label: '' };
      this._progress.set(id, found);
    }
    return found;
  }

  dispose(): void {
    this._monitor.changed.disconnect(this._onChange);
    this._monitor.logged.disconnect(this._onLogged);
    this._level.changed.disconnect(this._onChange);
    Signal.clearData(this);
  }

  private _isComposite(id: string): boolean {
    const { graph } = this._level;
    if (this._composites?.graph !== graph) {
      const nodes = graph.nodes.filter(node => node.kind === COMPOSITE);
      this._composites = { graph, ids: new Set(nodes.map(node => node._id)) };
    }
    return this._composites.ids.has(id);
  }

  private _inside(id: string): readonly NodeRunState[] {
    const within = `${this._level.runId(id)}/`;
    return Object.entries(this._monitor.run?.nodes ?? {})
      .filter(([name]) => name.startsWith(within))
      .map(([, state]) => state);
  }

  private readonly _onChange = (): void => {
    this._states.clear();
    this._progress.clear();
    this._changed.emit();
  };

  private readonly _onLogged = (_: RunMonitor, text: LogText): void => {
    const within = this._level.runId('');
    const nodeId = text.nodeId.startsWith(within) ? text.nodeId.slice(within.length) : null;
    if (nodeId !== null && !nodeId.includes('/')) {
      this._logged.emit({ ...text, nodeId });
    }
  };

  private _composites: { readonly graph: Graph; readonly ids: ReadonlySet<string> } | null = null;
  private readonly _states = new Map<string, NodeRunState | undefined>();
  private readonly _progress = new Map<string, Progress>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _logged = new Signal<this, LogText>(this);
}
