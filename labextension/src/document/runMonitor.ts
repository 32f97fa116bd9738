/** The run that an editor shows over its graph: never a part of the document. */
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { runAfter } from '../model/runEvents';
import { isFinal, type NodeRunState, type Progress } from '../model/runStatus';
import type { Events, RunMessage } from '../services/events';
import type { Run, Runs } from '../services/runs';

/** Reads that are asked for within so many milliseconds become one. */
const READ_AGAIN = 100;

type EventMessage = Extract<RunMessage, { readonly kind: 'event' }>;

/** A piece of what a node printed. */
export interface LogText {
  readonly nodeId: string;
  readonly stream: string;
  readonly text: string;
}

/**
 * Follows one run. Simple events change what is known at once, all of a frame together; after others, after a gap, and
 * at the end it is read from the server, so that a browser that was away is never wrong.
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
    this._sequence = 0;
    this._id = id;
    if (id === null) {
      this._run = null;
      this._changed.emit();
      return;
    }
    this._waiting = [];
    await this._read();
    if (id === this._id && !this._isDisposed && !this._subscription) {
      const hear = (message: RunMessage) => this._hear(message);
      this._subscription = this._events.followRun(id, this._sequence, hear);
    }
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      window.clearTimeout(this._timer);
      cancelAnimationFrame(this._frame);
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
    } else if (message.kind === 'event') {
      this._waiting.push(message);
      this._frame ||= requestAnimationFrame(() => {
        this._frame = 0;
        this._takeIn();
      });
      // A tab that nobody looks at has no frames.
      if (document.hidden) {
        this._readSoon();
      }
    } else {
      this._readSoon();
    }
  }

  /** Take in the events that came since the last frame. */
  private _takeIn(): void {
    const news = this._waiting.filter(({ sequence }) => sequence > this._sequence);
    this._waiting = [];
    const last = news.at(-1);
    if (!last || !this._run || this._isDisposed) {
      return;
    }
    const isGapless = news[0]?.sequence === this._sequence + 1;
    this._sequence = last.sequence;
    const after = isGapless ? runAfter(this._run, news) : null;
    if (after) {
      this._run = after;
      this._changed.emit();
    } else {
      this._readSoon();
    }
  }

  private _readSoon(): void {
    this._timer ||= window.setTimeout(() => {
      this._timer = 0;
      void this._read();
    }, READ_AGAIN);
  }

  private async _read(): Promise<void> {
    const id = this._id;
    if (id === null || this._isDisposed) {
      return;
    }
    try {
      const run = await this._runs.load(id);
      // What was read while events came may be older than these.
      if (id === this._id && !this._isDisposed) {
        if (run.sequence < this._sequence) {
          this._readSoon();
          return;
        }
        this._run = withKnownNodes(run, this._run);
        this._sequence = run.sequence;
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
  private _frame = 0;
  private _sequence = 0;
  private _waiting: EventMessage[] = [];
  private _isDisposed = false;
  private _subscription: IDisposable | null = null;
  private readonly _progress = new Map<string, Progress>();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _logged = new Signal<this, LogText>(this);
}

/** The run as it was read, with the nodes that are as they were the same objects: they aren't drawn again. */
function withKnownNodes(run: Run, before: Run | null): Run {
  if (before?._id !== run._id) {
    return run;
  }
  const nodes = Object.fromEntries(
    Object.entries(run.nodes).map(([id, state]) => {
      const known = before.nodes[id];
      const same = known && JSON.stringify(known) === JSON.stringify(state);
      return [id, same ? known : state];
    })
  );
  return { ...run, nodes };
}
