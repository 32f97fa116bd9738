/** Cards in the launcher, entries of the palette, and a short tour for those who are new. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type IWidgetTracker, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import type { GraphDocument } from '../editor/graphDocument';
import { graphIcon } from '../icons';
import { loadExample } from '../services/examples';
import { IGraphTracker, IPlynxServer } from '../tokens';

const TOUR_SEEN = 'plynx-jupyter:tour-seen';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:launcher',
  description: 'Graphs in the launcher and the command palette.',
  autoStart: true,
  requires: [IGraphTracker, IPlynxServer],
  optional: [ILauncher, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: IWidgetTracker<GraphDocument>,
    server: IPlynxServer,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    const { commands, serviceManager } = app;
    const { contents } = serviceManager;

    commands.addCommand(CommandIDs.openExample, {
      label: args =>
        args['isCard'] ? trans.__('WDBC: compare regressors') : trans.__('Open the Example Graph'),
      caption: trans.__('A graph that trains and compares models, with its data and its code'),
      icon: graphIcon,
      execute: async args => {
        const cwd = typeof args['cwd'] === 'string' ? args['cwd'] : '';
        try {
          const example = await loadExample(server.rest, 'wdbc');
          const folder = PathExt.join(cwd, `plynx-example-${example.example}`);
          const exists = (path: string) =>
            contents.get(path, { content: false }).then(
              () => true,
              () => false
            );
          // What is there may have been worked on: it stays as it is.
          for (const { path, content } of example.files) {
            const file = PathExt.join(folder, path);
            const parents = PathExt.dirname(file).split('/').filter(Boolean);
            for (let depth = 1; depth <= parents.length; depth++) {
              const parent = parents.slice(0, depth).join('/');
              if (!(await exists(parent))) {
                await contents.save(parent, { type: 'directory' });
              }
            }
            if (!(await exists(file))) {
              await contents.save(file, { type: 'file', format: 'text', content });
            }
          }
          await commands.execute('docmanager:open', {
            path: PathExt.join(folder, example.document)
          });
        } catch (error) {
          await showErrorMessage(
            trans.__('The example could not be opened'),
            error instanceof Error ? error.message : String(error)
          );
        }
      }
    });
    commands.addCommand(CommandIDs.tour, {
      label: trans.__('Take the Tour of the Graph Editor'),
      caption: trans.__('Five short notes on how graphs are built and run'),
      isEnabled: () => tracker.currentWidget !== null,
      execute: () => tracker.currentWidget?.content.startTour()
    });

    launcher?.add({ command: CommandIDs.newGraph, category: trans.__('Other'), rank: 1 });
    launcher?.add({
      command: CommandIDs.openExample,
      category: trans.__('Examples'),
      args: { isCard: true },
      rank: 1
    });
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category: trans.__('PLynx') });
    }

    // Once, with the first graph that somebody opens.
    const offer = async (_: unknown, widget: GraphDocument) => {
      tracker.widgetAdded.disconnect(offer);
      // Known to the browser: JupyterLab's own state belongs to a workspace, of which people have many.
      if (window.localStorage.getItem(TOUR_SEEN) === null) {
        window.localStorage.setItem(TOUR_SEEN, 'true');
        await widget.context.ready;
        widget.content.startTour();
      }
    };
    tracker.widgetAdded.connect(offer);
  }
};
