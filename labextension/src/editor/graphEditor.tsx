/** The editor of one graph: its canvas, or why the file can't be shown as a graph. */
import { Notification, ReactWidget } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Flow } from '../canvas/GraphCanvas';
import { ErrorNotice } from '../components/ErrorNotice';
import type { GraphModel } from '../document/graphModel';
import type { RunMonitor } from '../document/runMonitor';
import { Selection } from '../document/selection';
import { fromClipboard, toClipboard } from '../model/clipboard';
import { addNodes, copies, moveNodes, removeNodes } from '../model/edits';
import { nodeOf } from '../model/graph';
import { newId } from '../model/ids';
import type { Resources } from '../services/resources';
import type { Runs } from '../services/runs';
import { LazyCanvas } from './lazyCanvas';

export class GraphEditor extends ReactWidget {
  constructor(private readonly _options: GraphEditor.IOptions) {
    super();
    this.addClass('jp-plynx-GraphEditor');
    this.node.dataset['testid'] = 'plynx-editor';
    const { model } = _options;
    this.monitor = _options.monitor;
    model.problemChanged.connect(() => this.update());
    model.stateChanged.connect(() => this.update());
    void _options.context.ready.then(() => {
      this._isReady = true;
      this.update();
      void this.showNewestRun();
    });
  }

  readonly selection = new Selection();
  readonly monitor: RunMonitor;

  get model(): GraphModel {
    return this._options.model;
  }

  /** The canvas, once it is drawn. */
  get flow(): Flow | null {
    return this._flow;
  }

  /** Emitted when the canvas is there. */
  get drawn(): ISignal<this, void> {
    return this._drawn;
  }

  /** Show the newest run of the graph, if there is one and none is shown. */
  async showNewestRun(): Promise<void> {
    if (this.monitor.run || this.model.problem) {
      return;
    }
    try {
      const [newest] = await this._options.runs.newest(this.model.sharedModel.graph._id, 1);
      if (newest && !this.monitor.run && !this.isDisposed) {
        await this.monitor.show(newest._id);
      }
    } catch {
      // Without the server the graph can be edited all the same; runs say what is wrong when they are asked for.
    }
  }

  /** Place all nodes anew, as one step that can be undone. */
  async arrange(): Promise<void> {
    const { autoLayout } = await import('./autoLayout');
    const { sharedModel } = this.model;
    const places = await autoLayout(sharedModel.graph, id => {
      const measured = this._flow?.getInternalNode(id)?.measured;
      return { width: measured?.width ?? 200, height: measured?.height ?? 80 };
    });
    sharedModel.update(moveNodes(places));
    requestAnimationFrame(() => this.fit());
  }

  /** The selected nodes as text. */
  copied(): string {
    const chosen = new Set(this.selection.ids);
    const { nodes } = this.model.sharedModel.graph;
    return toClipboard(nodes.filter(node => chosen.has(node._id)));
  }

  /** Put nodes from the clipboard beside where they were; false if the text holds none. */
  paste(text: string): boolean {
    const nodes = fromClipboard(text);
    if (!nodes) {
      return false;
    }
    const { sharedModel } = this.model;
    const known = (id: string) => nodeOf(sharedModel.graph, id) !== undefined;
    const made = copies(nodes, newId, known);
    sharedModel.update(addNodes(made));
    this.selection.set(made.map(node => node._id));
    return true;
  }

  /** Emitted when somebody wants to see the properties of what is selected. */
  get inspected(): ISignal<this, void> {
    return this._inspected;
  }

  /** Show the properties of what is selected. */
  inspect(): void {
    this._inspected.emit();
  }

  fit(): void {
    void this._flow?.fitView({ maxZoom: 1, padding: 0.15 });
  }

  selectAll(): void {
    this.selection.set(this.model.sharedModel.graph.nodes.map(node => node._id));
  }

  deleteSelection(): void {
    if (this.selection.ids.length > 0 && !this.model.readOnly) {
      this.model.sharedModel.update(removeNodes(this.selection.ids));
      this.selection.set([]);
    }
  }

  /** Put copies of the selected nodes beside them. */
  duplicate(): void {
    const { graph } = this.model.sharedModel;
    const chosen = new Set(this.selection.ids);
    const known = (id: string) => graph.nodes.some(node => node._id === id);
    const made = copies(
      graph.nodes.filter(node => chosen.has(node._id)),
      newId,
      known
    );
    this.model.sharedModel.update(addNodes(made));
    this.selection.set(made.map(node => node._id));
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.monitor.dispose();
      Signal.clearData(this);
    }
    super.dispose();
  }

  protected render(): JSX.Element | null {
    const { model, trans, openAsText } = this._options;
    if (!this._isReady) {
      return null;
    }
    if (model.problem) {
      return (
        <ErrorNotice
          title={trans.__('This file cannot be shown as a graph')}
          message={model.problem.message}
          action={{ label: trans.__('Open as text'), run: openAsText }}
        />
      );
    }
    return (
      <LazyCanvas
        trans={trans}
        monitor={this.monitor}
        graph={model.sharedModel}
        selection={this.selection}
        readOnly={model.readOnly}
        resources={this._options.resources}
        rendermime={this._options.rendermime}
        onRefused={this._onRefused}
        onReady={this._onReady}
        onInspect={this._onInspect}
      />
    );
  }

  private readonly _onRefused = (why: string): void => {
    Notification.warning(why, { autoClose: 4000 });
  };

  private readonly _onInspect = (): void => {
    this._inspected.emit();
  };

  private readonly _onReady = (flow: Flow): void => {
    this._flow = flow;
    this._drawn.emit();
  };

  private _isReady = false;
  private _flow: Flow | null = null;
  private readonly _drawn = new Signal<this, void>(this);
  private readonly _inspected = new Signal<this, void>(this);
}

export namespace GraphEditor {
  export interface IOptions {
    readonly context: DocumentRegistry.IContext<GraphModel>;
    readonly model: GraphModel;
    readonly monitor: RunMonitor;
    readonly runs: Runs;
    readonly resources: Resources;
    readonly rendermime: IRenderMimeRegistry;
    readonly trans: TranslationBundle;
    readonly openAsText: () => void;
  }
}
