/** What other extensions (and our own plug-ins among themselves) ask for. */
import type { IWidgetTracker } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';

import type { GraphDocument } from './editor/graphDocument';
import type { Events } from './services/events';
import type { Rest } from './services/request';
import type { Runs } from './services/runs';

/** The open graph editors. */
export const IGraphTracker = new Token<IWidgetTracker<GraphDocument>>(
  'plynx-jupyter:IGraphTracker',
  'The open graph editors.'
);

/** What the server offers. */
export interface IPlynxServer {
  readonly rest: Rest;
  readonly runs: Runs;
  readonly events: Events;
}

export const IPlynxServer = new Token<IPlynxServer>(
  'plynx-jupyter:IPlynxServer',
  'Graphs, runs, artifacts and live events of the Jupyter server.'
);
