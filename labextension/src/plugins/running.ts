/** Runs among what is running: look at them, stop them. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRunningSessionManagers, type IRunningSessions } from '@jupyterlab/running';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import { graphIcon } from '../icons';
import { isFinal } from '../model/runStatus';
import type { RunSummary } from '../services/runs';
import { IPlynxServer } from '../tokens';

export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:running',
  description: 'Runs in the panel of what is running.',
  autoStart: true,
  requires: [IPlynxServer, IRunningSessionManagers],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IPlynxServer,
    managers: IRunningSessionManagers,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    const { active, runs } = server;
    const item = (run: RunSummary): IRunningSessions.IRunningItem => ({
      icon: () => graphIcon,
      label: () => run.title || trans.__('Untitled'),
      labelTitle: () => trans.__('Run %1 of %2', run._id, run.author),
      detail: () => progressOf(run),
      open: () => {
        void app.commands.execute(CommandIDs.showRun, {
          run: run._id,
          graph: run.graph_id,
          title: run.title
        });
      },
      shutdown: () => {
        void runs.cancel(run._id);
      }
    });
    managers.add({
      name: trans.__('PLynx runs'),
      running: () => active.list.map(item),
      shutdownAll: () => {
        active.list.forEach(run => void runs.cancel(run._id));
      },
      refreshRunning: () => {
        active.follow();
        void active.refresh();
      },
      runningChanged: active.changed,
      shutdownLabel: trans.__('Cancel'),
      shutdownAllLabel: trans.__('Cancel All'),
      shutdownAllConfirmationText: trans.__('Cancel all runs that go on?')
    });
  }
};

/** How many of its nodes have ended. */
export function progressOf({ counts = {} }: RunSummary): string {
  const counted = Object.entries(counts).filter(
    ([status]) => !['STATIC', 'SPECIAL'].includes(status)
  );
  const total = counted.reduce((sum, [, count]) => sum + count, 0);
  const done = counted
    .filter(([status]) => isFinal(status as Parameters<typeof isFinal>[0]))
    .reduce((sum, [, count]) => sum + count, 0);
  return total > 0 ? `${done}/${total}` : '';
}
