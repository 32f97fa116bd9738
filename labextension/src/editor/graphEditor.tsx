/** The editor of one graph: its canvas, or why the file can't be shown as a graph. */
import { Notification, ReactWidget } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';

import type { Flow } from '../canvas/GraphCanvas';
import { ErrorNotice } from '../components/ErrorNotice';
import type { OfferSearch } from '../components/offers';
import { GraphLevel } from '../document/graphLevel';
import type { GraphModel } from '../document/graphModel';
import { LevelRun } from '../document/levelRun';
import { PlanMonitor } from '../document/planMonitor';
import type { RunMonitor } from '../document/runMonitor';
import { Selection } from '../document/selection';
import { fromClipboard, toClipboard } from '../model/clipboard';
import type { End } from '../model/connection';
import { addNodes, copies, moveNodes, type Position, removeItems } from '../model/edits';
import { type GraphNode, nodeOf } from '../model/graph';
import { newId } from '../model/ids';
import { isSpecial, splitPathId } from '../model/nesting';
import { DrawerState } from '../panels/drawer/drawerState';
import type { Nodes } from '../services/nodes';
import type { Resources } from '../services/resources';
import type { Events } from '../services/events';
import type { Runs, RunSummary } from '../services/runs';
import { addOperation, onCanvas } from './adding';
import { LazyCanvas } from './lazyCanvas';
import { adding, connecting, type PaletteRequest } from './paletteRequests';

/** About how much room an open palette takes, in pixels. */
const PALETTE = { width: 320, height: 320 };

export class GraphEditor extends ReactWidget {
  constructor(private readonly _options: GraphEditor.IOptions) {
    super();
    this.addClass('jp-plynx-GraphEditor');
    this.node.dataset['testid'] = 'plynx-editor';
    const { model } = _options;
    this.monitor = _options.monitor;
    this.level = new GraphLevel(model.sharedModel);
    this.levelRun = new LevelRun(this.monitor, this.level);
    this.level.opened.connect(() => this.selection.set([]));
    this.plan = new PlanMonitor(
      model.sharedModel,
      this.monitor,
      _options.runs,
      () => this.filePath
    );
    model.problemChanged.connect(() => this.update());
    model.stateChanged.connect(() => this.update());
    void _options.context.ready.then(() => {
      this._isReady = true;
      if (_options.context.contentsModel?.writable === false) {
        model.readOnly = true;
      }
      this.update();
      void this.showNewestRun().then(() => this.plan.refresh());
      void this._loadKinds();
    });
  }

  readonly selection = new Selection();
  readonly monitor: RunMonitor;
  /** What is looked at: the graph, or what is inside one of its composites. */
  readonly level: GraphLevel;
  /** The run, as that level sees it. */
  readonly levelRun: LevelRun;
  /** What a run would do now. */
  readonly plan: PlanMonitor;
  /** Which tab below the canvas is open. */
  readonly drawer = new DrawerState();

  get model(): GraphModel {
    return this._options.model;
  }

  /** The kinds of operations that are installed; null until that is known. */
  get kinds(): ReadonlySet<string> | null {
    return this._kinds;
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
    const places = await autoLayout(this.level.graph, id => {
      const measured = this._flow?.getInternalNode(id)?.measured;
      return { width: measured?.width ?? 200, height: measured?.height ?? 80 };
    });
    this.level.update(moveNodes(places));
    requestAnimationFrame(() => this.fit());
  }

  /** The selected nodes as text. */
  copied(): string {
    return toClipboard(this.selectedNodes());
  }

  /** The selected nodes, in the order of the graph. */
  selectedNodes(): readonly GraphNode[] {
    const chosen = new Set(this.selection.ids);
    return this.level.graph.nodes.filter(node => chosen.has(node._id));
  }

  /** Put nodes from the clipboard beside where they were; false if the text holds none. */
  paste(text: string): boolean {
    const nodes = fromClipboard(text);
    if (nodes) {
      this._addCopies(nodes);
    }
    return nodes !== null;
  }

  /** Put copies of the selected nodes beside them. */
  duplicate(): void {
    this._addCopies(this.selectedNodes());
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

  /** Bring nodes into view. */
  showNodes(ids: readonly string[]): void {
    if (ids.length > 0) {
      void this._flow?.fitView({ maxZoom: 1, padding: 0.4, nodes: ids.map(id => ({ id })) });
    }
  }

  /** Select a node, wherever it is inside composites, and bring it into view. */
  reveal(runId: string): void {
    const { path, id } = splitPathId(runId);
    this.level.open(path);
    this.selection.set([id]);
    requestAnimationFrame(() => requestAnimationFrame(() => this.showNodes([id])));
  }

  /** Give a node the keyboard once it is drawn. */
  focusNode(id: string): void {
    window.setTimeout(() => {
      const node = this.node.querySelector<HTMLElement>(
        `.react-flow__node[data-id="${CSS.escape(id)}"]`
      );
      // Somebody who has gone on already isn't interrupted.
      if (node && !this._palette && !node.contains(document.activeElement)) {
        node.focus();
      }
    }, 50);
  }

  /** Where something new may stand. */
  freePlace(): Position {
    return onCanvas(this);
  }

  /** The path of the document on its drive. */
  get localPath(): string {
    return this._options.context.localPath;
  }

  /** The path of the document below the server's root folder; null if it is on another drive. */
  get filePath(): string | null {
    const { path, localPath } = this._options.context;
    return path === localPath ? path : null;
  }

  /** Open the palette: to add something at a point of the page, perhaps connected with the end of a line. */
  openAdding(point?: Position, from?: End): void {
    if (this.model.readOnly || this.model.problem) {
      return;
    }
    const { nodes, offers, trans } = this._options;
    const add = (key: string, isStored: boolean) => {
      addOperation(this, nodes, key, isStored, point, from).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        Notification.error(trans.__('The operation was not added: %1', reason), {
          autoClose: 8000
        });
      });
    };
    this._palette = adding(this, offers, trans, this._inside(point), add, from);
    this.update();
  }

  /** Open the palette to connect the selected node, if it is one. */
  openConnecting(): void {
    const [only, another] = this.selectedNodes();
    if (only && !another && !this.model.readOnly) {
      const box = this.node
        .querySelector(`.react-flow__node[data-id="${CSS.escape(only._id)}"]`)
        ?.getBoundingClientRect();
      const at = this._inside(box && { x: box.right + 12, y: box.top });
      this._palette = connecting(this, this._options.trans, at, only._id);
      this.update();
    }
  }

  /** Show some notes on how the editor is used. */
  startTour(): void {
    this._isTouring = true;
    this.update();
  }

  /** Whether what is edited is run at once. */
  get isAutomatic(): boolean {
    return this._isAutomatic;
  }

  set isAutomatic(value: boolean) {
    this._isAutomatic = value;
  }

  selectAll(): void {
    const { nodes, notes = [] } = this.level.graph;
    this.selection.set([...nodes, ...notes].map(item => item._id));
  }

  deleteSelection(): void {
    if (this.selection.ids.length > 0 && !this.model.readOnly) {
      this.level.update(removeItems(this.selection.ids));
      this.selection.set([]);
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.plan.dispose();
      this.levelRun.dispose();
      this.level.dispose();
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
        level={this.level}
        run={this.levelRun}
        monitor={this.monitor}
        plan={this.plan}
        drawer={this.drawer}
        runs={this._options.runs}
        events={this._options.events}
        kinds={this._kinds}
        selection={this.selection}
        readOnly={model.readOnly}
        resources={this._options.resources}
        rendermime={this._options.rendermime}
        onRefused={this._onRefused}
        onReady={this._onReady}
        viewKey={`plynx-view ${this._options.context.path}`}
        onInspect={this._onInspect}
        onAdd={this._onAdd}
        palette={this._palette}
        onPaletteClosed={this._onPaletteClosed}
        isTouring={this._isTouring}
        onTourClosed={this._onTourClosed}
        onReveal={this._onReveal}
        onClone={this._options.cloneRun}
        onOpenExecuted={this._onOpenExecuted}
      />
    );
  }

  /** A point of the page in pixels of the editor; without one, near its upper middle. */
  private _inside(point?: Position): Position {
    const box = this.node.getBoundingClientRect();
    const wanted = point
      ? { x: point.x - box.left, y: point.y - box.top }
      : { x: box.width / 2 - 150, y: box.height / 5 };
    return {
      x: Math.max(8, Math.min(wanted.x, box.width - PALETTE.width - 8)),
      y: Math.max(8, Math.min(wanted.y, box.height - PALETTE.height - 8))
    };
  }

  private _addCopies(nodes: readonly GraphNode[]): void {
    const { graph } = this.level;
    const known = (id: string) => nodeOf(graph, id) !== undefined;
    const made = copies(
      nodes.filter(node => !isSpecial(node)),
      newId,
      known
    );
    this.level.update(addNodes(made));
    this.selection.set(made.map(node => node._id));
  }

  private readonly _onAdd = (point: Position, from?: End): void => {
    this.openAdding(point, from);
  };

  private readonly _onTourClosed = (): void => {
    this._isTouring = false;
    this.update();
  };

  private readonly _onReveal = (runId: string): void => {
    this.reveal(runId);
  };

  private readonly _onOpenExecuted = (nodeId: string): void => {
    const { run } = this.monitor;
    if (run) {
      this._options.openExecuted(run._id, this.level.runId(nodeId));
    }
  };

  private readonly _onPaletteClosed = (): void => {
    this._palette = null;
    this.update();
    this.node.querySelector<HTMLElement>('.react-flow__node.selected')?.focus();
  };

  private async _loadKinds(): Promise<void> {
    try {
      this._kinds = new Set(await this._options.nodes.allKinds());
      this.update();
    } catch {
      // Which kinds there are can't be told now; nothing is marked as missing.
    }
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
  private _isTouring = false;
  private _isAutomatic = false;
  private _kinds: ReadonlySet<string> | null = null;
  private _palette: PaletteRequest | null = null;
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
    readonly events: Events;
    readonly nodes: Nodes;
    readonly offers: OfferSearch;
    readonly resources: Resources;
    readonly rendermime: IRenderMimeRegistry;
    readonly trans: TranslationBundle;
    readonly openAsText: () => void;
    /** Open the graph of a run as a document of its own. */
    readonly cloneRun: (run: RunSummary) => void;
    /** Open the notebook of a node of a run as it was executed. */
    readonly openExecuted: (runId: string, nodeId: string) => void;
  }
}
