/** What can be done with an open graph. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { GraphDocument } from '../editor/graphDocument';
import type { IPlynxServer } from '../services/plynxServer';
import { addEditCommands } from './edit';
import { addRunCommands } from './run';
import { Scope } from './scope';
import { addViewCommands } from './view';

export function addEditorCommands(
  app: JupyterFrontEnd,
  tracker: WidgetTracker<GraphDocument>,
  server: IPlynxServer,
  trans: TranslationBundle
): void {
  const scope = new Scope(app, tracker, server, trans);
  addRunCommands(scope);
  addEditCommands(scope);
  addViewCommands(scope);

  const refresh = () => {
    app.commands.notifyCommandChanged();
  };
  tracker.widgetAdded.connect((_, widget) => {
    widget.content.monitor.changed.connect(refresh);
    widget.content.selection.changed.connect(refresh);
    widget.content.level.opened.connect(refresh);
    widget.content.model.contentChanged.connect(refresh);
  });
  tracker.currentChanged.connect(refresh);
  app.shell.currentChanged?.connect(refresh);
}
