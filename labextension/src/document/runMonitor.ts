/** The run that an editor shows over its graph: never a part of the document. */
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { isFinal, type NodeRunState, type Progress } from '../model/runStatus';
import type { Events, RunMessage } from '../services/events';
import type { Run, Runs } from '../services/runs';

const READ_AGAIN = 60;

/** A piece of what a node printed. */
export interface LogText {
  readonly nodeId: string;
  readonly stream: string;
  readonly text: string;
}

/**
 * Follows one run. Events say that something changed; what it is now is read from the server, at most some times a
 * second, so that a browser that was away is never wrong.
 */
export class RunMonitor implements IDisposable {
  constructor(
    private readonly _runs: Runs,
    private readonly _events: Events
  ) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The run that is shown, as last read. */
  get run(): Run | null {
    return this._run;
  }

  /** Emitted when the run, or the state of one of its nodes, changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with what nodes print, as it comes. */
  get logged(): ISignal<this, LogText> {
    return this._logged;
  }

  stateOf(nodeId: string): NodeRunState | undefined {
    return this._run?.nodes[nodeId];
  }

  progressOf(nodeId: string): Progress | undefined {
    return this._progress.get(nodeId);
  }

  /** Show a run from now on; null: none. */
  async show(id: string | null): Promise<void> {
    this._subscription?.dispose();
    this._subscription = null;
    this._progress.clear();
    this._id = id;
    if (id === null) {
      this._run = null;
      this._changed.emit();
      return;
    }
    this._subscription = this._events.followRun(id, 0, message => this._hear(message));
    await this._read();
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      window.clearTimeout(this._timer);
      this._subscription?.dispose();
      Signal.clearData(this);
    }
  }

  private _hear(message: RunMessage): void {
    if (message.kind === 'log') {
      this._logged.emit({ nodeId: message.node_id, stream: message.stream, text: message.text });
    } else if (message.kind === 'progress') {
      this._progress.set(message.node_id, message);
      this._changed.emit();
    } else if (message.kind === 'event' && !this._timer) {
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        void this._read();
      }, READ_AGAIN);
    }
  }

  private async _read(): Promise<void> {
    const id = this._id;
    if (id === null || this._isDisposed) {
      return;
    }
    try {
      const run = await this._runs.load(id);
      if (id === this._id && !this._isDisposed) {
        this._run = run;
        if (isFinal(run.status)) {
          this._progress.clear();
        }
        this._changed.emit();
      }
    } catch {
      // The connection is told of elsewhere; the next event, or its return, brings another try.
    }
  }

  private _id: string | null = null;
  private _run: Run | null = null;
  private _timer = 0;
  private _isDisposed = false;
  private _subscription: IDisposable | null = null;
  private readonly _progress = new Map<string, Progress>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _logged = new Signal<this, LogText>(this);
}
