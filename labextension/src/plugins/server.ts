/** The server's interface, for all who need it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { ActiveRuns } from '../services/activeRuns';
import { Events } from '../services/events';
import { Rest } from '../services/request';
import { Runs } from '../services/runs';
import { IPlynxServer } from '../services/plynxServer';

export const serverPlugin: JupyterFrontEndPlugin<IPlynxServer> = {
  id: 'plynx-jupyter:server',
  description: 'Graphs, runs, artifacts and live events of the Jupyter server.',
  autoStart: true,
  provides: IPlynxServer,
  activate: (app: JupyterFrontEnd): IPlynxServer => {
    const rest = new Rest(app.serviceManager.serverSettings);
    const runs = new Runs(rest);
    const events = new Events(app.serviceManager.serverSettings);
    return { rest, runs, events, active: new ActiveRuns(runs, events) };
  }
};
