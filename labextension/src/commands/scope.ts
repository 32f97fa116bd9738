/** What commands are carried out on: the open graph that is looked at. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import type { GraphDocument } from '../editor/graphDocument';
import type { GraphEditor } from '../editor/graphEditor';
import type { IPlynxServer } from '../services/plynxServer';

export class Scope {
  constructor(
    readonly app: JupyterFrontEnd,
    readonly tracker: WidgetTracker<GraphDocument>,
    readonly server: IPlynxServer,
    readonly trans: TranslationBundle
  ) {}

  get commands(): CommandRegistry {
    return this.app.commands;
  }

  /** The document that is looked at; null if it isn't a graph. */
  get document(): GraphDocument | null {
    const widget = this.tracker.currentWidget;
    return widget && widget === this.app.shell.currentWidget ? widget : null;
  }

  get editor(): GraphEditor | null {
    return this.document?.content ?? null;
  }

  readonly isOpen = (): boolean => this.editor !== null;

  readonly canEdit = (): boolean =>
    this.editor?.model.readOnly === false && !this.editor.model.problem;

  readonly hasSelection = (): boolean => (this.editor?.selection.ids.length ?? 0) > 0;

  readonly canEditSelection = (): boolean => this.canEdit() && this.hasSelection();

  /** What the selected nodes are called in a run. */
  get selectedRunIds(): readonly string[] {
    const { editor } = this;
    return editor ? editor.selectedNodes().map(node => editor.level.runId(node._id)) : [];
  }
}
