/** The websocket of events: one connection, taken up again after it was lost, without losing or doubling events. */
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Progress } from '../model/runStatus';
import type { RunSummary } from './runs';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15000;

/** What is heard of a run. */
export type RunMessage =
  | {
      readonly kind: 'event';
      readonly run_id: string;
      readonly sequence: number;
      readonly at: string;
      readonly event: { readonly type: string; readonly [name: string]: unknown };
    }
  | ({ readonly kind: 'progress'; readonly run_id: string; readonly node_id: string } & Progress)
  | {
      readonly kind: 'log';
      readonly run_id: string;
      readonly node_id: string;
      readonly stream: string;
      readonly text: string;
    }
  | { readonly kind: 'left_out'; readonly run_id: string; readonly messages: number }
  | {
      readonly kind: 'error';
      readonly run_id: string;
      readonly code: string;
      readonly message: string;
    };

/** What is heard of all runs. */
export interface RunsMessage {
  readonly kind: 'run_started' | 'run_changed' | 'run_finished';
  readonly run: RunSummary;
}

type Message =
  RunMessage | RunsMessage | { readonly kind: 'runs'; readonly runs: readonly RunSummary[] };

interface Followed {
  after: number;
  listeners: Set<(message: RunMessage) => void>;
}

export class Events implements IDisposable {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether there was a connection and it is lost. */
  get isLost(): boolean {
    return this._isLost;
  }

  /** Emitted with whether there is a connection. */
  get connected(): ISignal<this, boolean> {
    return this._connected;
  }

  /** Emitted with what happens to any run, once `followAll` was called. */
  get runs(): ISignal<this, RunsMessage> {
    return this._runs;
  }

  /** A notebook that is being executed, as far as it was when last heard of, as text. */
  notebookOf(run: string, node: string): string | undefined {
    return this._notebooks.get(keyOf(run, node));
  }

  /** Emitted when more of a notebook was executed, with its run and node as `keyOf` writes them. */
  get notebookChanged(): ISignal<this, string> {
    return this._notebookChanged;
  }

  /** Hear a run's events from number `after` + 1 on, and its progress and log text as they come. */
  followRun(id: string, after: number, listener: (message: RunMessage) => void): IDisposable {
    const followed = this._followed.get(id) ?? { after, listeners: new Set() };
    followed.after = Math.min(followed.after, after);
    followed.listeners.add(listener);
    this._followed.set(id, followed);
    this._send({ subscribe: id, after });
    this._connect();
    return new DisposableDelegate(() => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0 && this._followed.get(id) === followed) {
        this._followed.delete(id);
        this._send({ unsubscribe: id });
      }
    });
  }

  /** Hear of all runs that the user may see. */
  followAll(): void {
    this._all = true;
    this._send({ subscribe: '*' });
    this._connect();
  }

  dispose(): void {
    this._isDisposed = true;
    window.clearTimeout(this._timer);
    this._socket?.close();
    Signal.clearData(this);
  }

  private _connect(): void {
    if (this._socket || this._isDisposed) {
      return;
    }
    const { wsUrl, appendToken, token, WebSocket } = this._settings;
    let url = URLExt.join(wsUrl, 'plynx/api/v0/events');
    if (appendToken && token) {
      url += `?token=${encodeURIComponent(token)}`;
    }
    const socket = new WebSocket(url);
    this._socket = socket;
    socket.onopen = () => {
      this._pause = FIRST_PAUSE;
      for (const [id, { after }] of this._followed) {
        this._send({ subscribe: id, after });
      }
      if (this._all) {
        this._send({ subscribe: '*' });
      }
      this._isLost = false;
      this._connected.emit(true);
    };
    socket.onmessage = event => this._hear(JSON.parse(String(event.data)) as Message);
    socket.onclose = () => {
      this._socket = null;
      if (this._isDisposed) {
        return;
      }
      this._isLost = true;
      this._connected.emit(false);
      this._timer = window.setTimeout(() => this._connect(), this._pause);
      this._pause = Math.min(this._pause * 2, LONGEST_PAUSE);
    };
  }

  private _hear(message: Message): void {
    if ('run' in message) {
      this._runs.emit(message);
    } else if (message.kind === 'log' && message.stream === 'notebook') {
      const key = keyOf(message.run_id, message.node_id);
      this._notebooks.set(key, message.text);
      this._notebookChanged.emit(key);
    } else if ('run_id' in message) {
      const followed = this._followed.get(message.run_id);
      if (message.kind === 'event' && followed) {
        followed.after = message.sequence;
      }
      followed?.listeners.forEach(listener => listener(message));
    }
  }

  private _send(request: object): void {
    if (this._socket?.readyState === 1) {
      this._socket.send(JSON.stringify(request));
    }
  }

  private _socket: WebSocket | null = null;
  private _pause = FIRST_PAUSE;
  private _timer = 0;
  private readonly _notebooks = new Map<string, string>();
  private readonly _notebookChanged = new Signal<this, string>(this);
  private _all = false;
  private _isLost = false;
  private _isDisposed = false;
  private readonly _followed = new Map<string, Followed>();
  private readonly _connected = new Signal<this, boolean>(this);
  private readonly _runs = new Signal<this, RunsMessage>(this);
}

/** The name of a node of a run among all runs. */
export function keyOf(run: string, node: string): string {
  return `${run} ${node}`;
}
