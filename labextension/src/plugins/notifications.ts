/** One notification for each run that was started here: it says how far the run is, and what became of it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import { isFinal } from '../model/runStatus';
import type { RunSummary } from '../services/runs';
import { IPlynxServer } from '../tokens';
import { progressOf } from './running';

const ID = 'plynx-jupyter:notifications';

/** A run that is over so soon needs no word: it was seen. In milliseconds. */
const WORTH_TELLING = 2000;
const SHOWN_FOR = 5000;

export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Tells how runs get on.',
  autoStart: true,
  requires: [IPlynxServer],
  optional: [ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IPlynxServer,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    let isOn = true;
    void settings?.load(ID).then(found => {
      const read = () => {
        isOn = found.get('notifyOfRuns').composite !== false;
      };
      found.changed.connect(read);
      read();
    });
    const mine = new Map<string, string | null>();
    const retry = async (run: RunSummary) => {
      const id = await server.runs.retry(run._id);
      await app.commands.execute(CommandIDs.showRun, {
        run: id,
        graph: run.graph_id,
        title: run.title
      });
    };
    const tell = (run: RunSummary) => {
      const known = mine.get(run._id);
      if (known === undefined || !isOn) {
        return;
      }
      const title = run.title || trans.__('Untitled');
      const began = Date.parse(run.started_at ?? run.created_at);
      if (!isFinal(run.status)) {
        if (known === null && Date.now() - began < WORTH_TELLING) {
          return;
        }
        const message = trans.__('%1 is running: %2', title, progressOf(run));
        if (known === null) {
          mine.set(run._id, Notification.emit(message, 'in-progress', { autoClose: false }));
        } else {
          Notification.update({ id: known, message });
        }
        return;
      }
      mine.delete(run._id);
      if (run.status === 'FAILED') {
        const message = trans.__('%1 failed: %2 nodes', title, String(run.counts?.['FAILED'] ?? 1));
        const actions = [
          {
            label: trans.__('Show'),
            callback: () => {
              void app.commands.execute(CommandIDs.showRun, {
                run: run._id,
                graph: run.graph_id,
                title: run.title,
                tab: 'problems'
              });
            }
          },
          { label: trans.__('Retry'), callback: () => void retry(run) }
        ];
        // What went wrong stays until it was seen.
        if (known === null) {
          Notification.error(message, { actions, autoClose: false });
        } else {
          Notification.update({ id: known, message, type: 'error', actions, autoClose: false });
        }
      } else if (known !== null) {
        const isDone = run.status === 'SUCCESS';
        Notification.update({
          id: known,
          message: isDone ? trans.__('%1 is done', title) : trans.__('%1 was canceled', title),
          type: isDone ? 'success' : 'warning',
          autoClose: SHOWN_FOR
        });
      }
    };
    server.runs.started.connect((_, id) => {
      mine.set(id, null);
      server.active.follow();
    });
    server.active.heard.connect((_, { run }) => tell(run));
  }
};
