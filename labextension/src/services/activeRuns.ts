/** The runs that go on now, as far as the user may see them. */
import { type ISignal, Signal } from '@lumino/signaling';

import { isFinal } from '../model/runStatus';
import type { Events, RunsMessage } from './events';
import type { Runs, RunSummary } from './runs';

const MOST = 50;

export class ActiveRuns {
  constructor(
    private readonly _runs: Runs,
    private readonly _events: Events
  ) {}

  /** Newest first. */
  get list(): readonly RunSummary[] {
    return this._list;
  }

  /** Emitted when a run begins, gets on, or ends. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with what happens to any run. */
  get heard(): ISignal<this, RunsMessage> {
    return this._heard;
  }

  /** Begin to follow; whoever needs it calls it, and nothing is asked before. */
  follow(): void {
    if (!this._isFollowing) {
      this._isFollowing = true;
      this._events.runs.connect(this._onMessage);
      this._events.connected.connect((_, isThere) => {
        if (isThere) {
          void this.refresh();
        }
      });
      this._events.followAll();
      void this.refresh();
    }
  }

  /** Read anew; what goes on now is known afterwards, or stays as it was without the server. */
  async refresh(): Promise<void> {
    try {
      this._set(await this._runs.newest(undefined, MOST));
    } catch {
      // Told elsewhere; the next connection brings another try.
    }
  }

  private readonly _onMessage = (_: Events, message: RunsMessage): void => {
    this._set([message.run, ...this._list.filter(run => run._id !== message.run._id)]);
    this._heard.emit(message);
  };

  private _set(runs: readonly RunSummary[]): void {
    this._list = runs
      .filter(run => !isFinal(run.status))
      .sort((one, other) => other.created_at.localeCompare(one.created_at));
    this._changed.emit();
  }

  private _list: readonly RunSummary[] = [];
  private _isFollowing = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _heard = new Signal<this, RunsMessage>(this);
}
