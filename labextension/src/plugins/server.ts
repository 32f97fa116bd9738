/** The server's interface, for all who need it. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

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
    return { rest, runs: new Runs(rest), events: new Events(app.serviceManager.serverSettings) };
  }
};
