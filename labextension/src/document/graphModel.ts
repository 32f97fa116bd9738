/** The document as JupyterLab knows it: text of a file on one side, a shared graph on the other. */
import type { IChangedArgs } from '@jupyterlab/coreutils';
import { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { PartialJSONValue } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import { newId } from '../model/ids';
import { DocumentError, writeGraph } from '../model/text';
import { type GraphChange, SharedGraph } from './sharedGraph';

/** Name of the model factory. */
export const MODEL = 'plynx-graph';

export class GraphModel implements DocumentRegistry.IModel {
  constructor(options: DocumentRegistry.IModelOptions<SharedGraph> = {}) {
    this.sharedModel = options.sharedModel ?? SharedGraph.create();
    this.sharedModel.changed.connect(this._onChange, this);
  }

  readonly sharedModel: SharedGraph;
  readonly defaultKernelName = '';
  readonly defaultKernelLanguage = '';

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get contentChanged(): ISignal<this, void> {
    return this._contentChanged;
  }

  get stateChanged(): ISignal<this, IChangedArgs<unknown>> {
    return this._stateChanged;
  }

  /** Why the text that was read isn't a graph; null if it is one. */
  get problem(): DocumentError | null {
    return this._problem;
  }

  get problemChanged(): ISignal<this, DocumentError | null> {
    return this._problemChanged;
  }

  /** Whether there are edits that weren't saved; shared, as the graph is. */
  get dirty(): boolean {
    return this.sharedModel.dirty;
  }
  set dirty(value: boolean) {
    this.sharedModel.dirty = value;
  }

  get readOnly(): boolean {
    return this._readOnly;
  }
  set readOnly(value: boolean) {
    const oldValue = this._readOnly;
    if (value !== oldValue) {
      this._readOnly = value;
      this._stateChanged.emit({ name: 'readOnly', oldValue, newValue: value });
    }
  }

  /** The text of the file; that of one that can't be read stays as it was. */
  toString(): string {
    return this._problem ? this._unreadable : this.sharedModel.getSource();
  }

  fromString(text: string): void {
    try {
      this.sharedModel.setSource(text.trim() === '' ? emptyGraph() : text);
      this._setProblem(null);
    } catch (error) {
      if (!(error instanceof DocumentError)) {
        throw error;
      }
      this._unreadable = text;
      this._setProblem(error);
    }
  }

  toJSON(): PartialJSONValue {
    return this.toString();
  }

  fromJSON(value: PartialJSONValue): void {
    this.fromString(typeof value === 'string' ? value : JSON.stringify(value));
  }

  initialize(): void {
    this.sharedModel.clearUndoHistory();
    this.dirty = false;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this.sharedModel.dispose();
      Signal.clearData(this);
    }
  }

  private _onChange(_: SharedGraph, change: GraphChange): void {
    if (change.graphChange) {
      this._contentChanged.emit();
    }
    for (const { name, oldValue, newValue } of change.stateChange ?? []) {
      if (name === 'dirty' && (newValue === true) !== (oldValue === true)) {
        this._stateChanged.emit({ name, oldValue: oldValue === true, newValue: newValue === true });
      }
    }
  }

  private _setProblem(problem: DocumentError | null): void {
    if (problem !== this._problem) {
      this._problem = problem;
      this._problemChanged.emit(problem);
    }
  }

  private _readOnly = false;
  private _isDisposed = false;
  private _unreadable = '';
  private _problem: DocumentError | null = null;
  private readonly _contentChanged = new Signal<this, void>(this);
  private readonly _stateChanged = new Signal<this, IChangedArgs<unknown>>(this);
  private readonly _problemChanged = new Signal<this, DocumentError | null>(this);
}

export class GraphModelFactory implements DocumentRegistry.IModelFactory<GraphModel> {
  readonly name = MODEL;
  readonly contentType: Contents.ContentType = 'file';
  readonly fileFormat: Contents.FileFormat = 'text';
  readonly collaborative = true;

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  preferredLanguage(): string {
    return '';
  }

  createNew(options?: DocumentRegistry.IModelOptions<SharedGraph>): GraphModel {
    return new GraphModel(options);
  }

  dispose(): void {
    this._isDisposed = true;
  }

  private _isDisposed = false;
}

/** The text of a graph without nodes. */
export function emptyGraph(title = ''): string {
  return writeGraph({ plynx: 1, _id: newId(), title, kind: 'graph', nodes: [] });
}
