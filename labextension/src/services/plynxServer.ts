/** What the server offers, as one thing to ask for. */
import { Token } from '@lumino/coreutils';

import type { ActiveRuns } from './activeRuns';
import type { Events } from './events';
import type { Rest } from './request';
import type { Runs } from './runs';

export interface IPlynxServer {
  readonly rest: Rest;
  readonly runs: Runs;
  readonly events: Events;
  readonly active: ActiveRuns;
}

export const IPlynxServer = new Token<IPlynxServer>(
  'plynx-jupyter:IPlynxServer',
  'Graphs, runs, artifacts and live events of the Jupyter server.'
);
