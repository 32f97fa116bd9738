/** The drive `PLynx:` over the server's store, and what opens documents of it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type IWidgetTracker } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import { DRIVE, executedPath, graphPath, placeAt, runPath } from '../document/drivePaths';
import { PlynxDrive } from '../document/plynxDrive';
import type { GraphDocument } from '../editor/graphDocument';
import { newId } from '../model/ids';
import { writeGraph } from '../model/text';
import { keyOf } from '../services/events';
import { Graphs } from '../services/graphs';
import { Resources } from '../services/resources';
import { IGraphTracker, IPlynxServer } from '../tokens';

/** In milliseconds; the longest that timers can be set to. */
const NEVER = 2 ** 31 - 1;

export const drivePlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:drive',
  description: 'Stored graphs as documents of a drive.',
  autoStart: true,
  requires: [IGraphTracker, IPlynxServer],
  optional: [ITranslator, IFileBrowserFactory],
  activate: (
    app: JupyterFrontEnd,
    tracker: IWidgetTracker<GraphDocument>,
    server: IPlynxServer,
    translator: ITranslator | null,
    browsers: IFileBrowserFactory | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    const { commands, serviceManager } = app;
    const { contents } = serviceManager;
    const graphs = new Graphs(server.rest);
    const drive = new PlynxDrive({
      serverSettings: server.rest.settings,
      graphs,
      runs: server.runs,
      resources: new Resources(server.rest),
      events: server.events
    });
    contents.addDrive(drive);

    // JupyterLab opens what an address of the page names through a file browser of its drive. Nobody looks at this one.
    browsers?.createFileBrowser('plynx-store', {
      driveName: DRIVE,
      auto: false,
      state: null,
      refreshInterval: NEVER
    });

    const showItsRun = (widget: GraphDocument) => {
      const { context } = widget;
      void context.ready.then(() => {
        const place = contents.driveName(context.path) ? placeAt(context.localPath) : null;
        if (place?.kind === 'run') {
          void widget.content.monitor.show(place.id);
        }
      });
    };
    tracker.forEach(showItsRun);
    tracker.widgetAdded.connect((_, widget) => showItsRun(widget));

    commands.addCommand(CommandIDs.saveToStore, {
      label: trans.__('Save a Copy to PLynx'),
      caption: trans.__('Store a copy of the graph on the server, where others find it'),
      isEnabled: () => tracker.currentWidget !== null,
      execute: async () => {
        const graph = tracker.currentWidget?.content.model.sharedModel.graph;
        if (graph) {
          const saved = await graphs.save(writeGraph({ ...graph, _id: newId() }));
          const path = `${DRIVE}:${graphPath(saved._id, saved.title)}`;
          await commands.execute('docmanager:open', { path });
        }
      }
    });
    commands.addCommand(CommandIDs.newStored, {
      label: trans.__('New Graph on PLynx'),
      caption: trans.__('Create a graph in the store of the server'),
      execute: async () => {
        const made = await contents.newUntitled({ path: `${DRIVE}:`, type: 'file', ext: '.plynx' });
        await commands.execute('docmanager:open', { path: made.path });
      }
    });
    commands.addCommand(CommandIDs.openRun, {
      label: trans.__('Open Run'),
      isVisible: () => false,
      execute: async args => {
        const { run, title } = args as { run?: string; title?: string };
        if (run) {
          const path = `${DRIVE}:${runPath(run, title ?? '')}`;
          await commands.execute('docmanager:open', { path });
        }
      }
    });
    commands.addCommand(CommandIDs.showRun, {
      label: trans.__('Show Run'),
      isVisible: () => false,
      execute: async args => {
        const { run, graph, title, tab } = args as Partial<Record<string, string>>;
        const open = tracker.find(widget => widget.content.model.sharedModel.graph._id === graph);
        if (!run) {
          return;
        }
        if (!open) {
          await commands.execute(CommandIDs.openRun, { run, title: title ?? '' });
          return;
        }
        app.shell.activateById(open.id);
        await open.content.monitor.show(run);
        if (tab === 'problems' || tab === 'logs') {
          open.content.drawer.open(tab);
        }
      }
    });
    commands.addCommand(CommandIDs.openExecuted, {
      label: trans.__('Open Executed Notebook'),
      isVisible: () => false,
      execute: async args => {
        const { run, node } = args as { run?: string; node?: string };
        if (run && node) {
          const path = `${DRIVE}:${executedPath(run, node)}`;
          const opened = (await commands.execute('docmanager:open', {
            path,
            factory: 'Notebook'
          })) as IDocumentWidget | undefined;
          // It is looked at, not run: no kernel is started for it.
          const session = opened?.context.sessionContext;
          if (opened) {
            followExecution(opened, server, run, node);
          }
          if (session) {
            session.kernelPreference = {
              ...session.kernelPreference,
              shouldStart: false,
              canStart: false,
              autoStartDefault: false
            };
          }
        }
      }
    });
  }
};

/** Show more of a notebook as it is executed, and in the end what is kept of it. */
function followExecution(
  widget: IDocumentWidget,
  server: IPlynxServer,
  run: string,
  node: string
): void {
  const { context } = widget;
  const read = () => {
    if (!widget.isDisposed && context.isReady) {
      void context.revert();
    }
  };
  const more = (_: unknown, key: string) => {
    if (key === keyOf(run, node)) {
      read();
    }
  };
  server.events.notebookChanged.connect(more);
  const following = server.events.followRun(run, Number.MAX_SAFE_INTEGER, message => {
    if (message.kind === 'event' && message.event.type === 'node_ended') {
      read();
    }
  });
  widget.disposed.connect(() => {
    server.events.notebookChanged.disconnect(more);
    following.dispose();
  });
}
