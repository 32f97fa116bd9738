/** The card in the launcher, and the entries of the palette. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import { IGraphTracker } from '../tokens';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:launcher',
  description: 'Graphs in the launcher and the command palette.',
  autoStart: true,
  requires: [IGraphTracker],
  optional: [ILauncher, ICommandPalette, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    _tracker: unknown,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    launcher?.add({ command: CommandIDs.newGraph, category: trans.__('Other'), rank: 1 });
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category: trans.__('PLynx') });
    }
  }
};
