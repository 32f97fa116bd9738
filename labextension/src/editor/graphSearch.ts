/** JupyterLab's search (Ctrl+F) in graphs: each node or note that matches is one hit. */
import { type ISearchMatch, SearchProvider } from '@jupyterlab/documentsearch';
import type { Widget } from '@lumino/widgets';

import { type Match, search } from '../model/searching';
import { GraphDocument } from './graphDocument';

export class GraphSearch extends SearchProvider<GraphDocument> {
  static isApplicable(widget: Widget): widget is GraphDocument {
    return widget instanceof GraphDocument;
  }

  get isReadOnly(): boolean {
    return true;
  }

  get currentMatchIndex(): number | null {
    return this._matches.length > 0 && this._current >= 0 ? this._current : null;
  }

  get matchesCount(): number | null {
    return this._query ? this._matches.length : null;
  }

  getInitialQuery(): string {
    const [only, another] = this.widget.content.selectedNodes();
    return only && !another ? (only.title ?? '') : '';
  }

  startQuery(query: RegExp): Promise<void> {
    this._query = query;
    this._current = -1;
    const { contentChanged } = this.widget.content.model;
    contentChanged.disconnect(this._onChange, this);
    contentChanged.connect(this._onChange, this);
    this._find();
    return Promise.resolve();
  }

  endQuery(): Promise<void> {
    this._query = null;
    this._matches = [];
    this._current = -1;
    this.widget.content.model.contentChanged.disconnect(this._onChange, this);
    return Promise.resolve();
  }

  clearHighlight(): Promise<void> {
    this._current = -1;
    return Promise.resolve();
  }

  highlightNext(): Promise<ISearchMatch | undefined> {
    return Promise.resolve(this._step(1));
  }

  highlightPrevious(): Promise<ISearchMatch | undefined> {
    return Promise.resolve(this._step(-1));
  }

  replaceCurrentMatch(): Promise<boolean> {
    return Promise.resolve(false);
  }

  replaceAllMatches(): Promise<boolean> {
    return Promise.resolve(false);
  }

  private _step(by: 1 | -1): ISearchMatch | undefined {
    const count = this._matches.length;
    if (count === 0) {
      return undefined;
    }
    const from = this._current < 0 && by < 0 ? 0 : this._current;
    this._current = (from + by + count) % count;
    const match = this._matches[this._current];
    if (!match) {
      return undefined;
    }
    this.widget.content.reveal(match.id);
    return { text: match.text, position: this._current };
  }

  private _find(): void {
    const { graph } = this.widget.content.model.sharedModel;
    this._matches = this._query ? search(graph, this._query) : [];
    this._current = Math.min(this._current, this._matches.length - 1);
    this._stateChanged.emit();
  }

  private _onChange(): void {
    this._find();
  }

  private _query: RegExp | null = null;
  private _matches: readonly Match[] = [];
  private _current = -1;
}
