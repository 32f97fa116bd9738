/** Runs and workers in the status bar, once PLynx is used. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IWidgetTracker } from '@jupyterlab/apputils';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import type { GraphDocument } from '../editor/graphDocument';
import { ClusterStatus } from '../panels/status/ClusterStatus';
import { IGraphTracker, IPlynxServer } from '../tokens';

export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:status-bar',
  description: 'Runs and workers in the status bar.',
  autoStart: true,
  requires: [IPlynxServer, IGraphTracker, IStatusBar],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IPlynxServer,
    tracker: IWidgetTracker<GraphDocument>,
    statusBar: IStatusBar,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    const { active } = server;
    const item = new ClusterStatus(server.rest, active, trans);
    statusBar.registerStatusItem('plynx-jupyter:cluster', {
      item,
      align: 'left',
      rank: 50,
      // Who doesn't use graphs isn't told of them.
      isActive: () => tracker.size > 0 || active.list.length > 0,
      activeStateChanged: active.changed
    });
    const begin = () => {
      active.follow();
      void active.refresh();
    };
    tracker.forEach(begin);
    tracker.widgetAdded.connect(begin);
    app.commands.addCommand(CommandIDs.showWorkers, {
      label: trans.__('Show Workers'),
      caption: trans.__('How many workers there are, and what each runs'),
      execute: () => item.toggle()
    });
  }
};
