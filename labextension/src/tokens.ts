/** What other extensions (and our own plug-ins among themselves) ask for. */
import type { IWidgetTracker } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';

import type { GraphDocument } from './editor/graphDocument';

export { IPlynxServer } from './services/plynxServer';

/** The open graph editors. */
export const IGraphTracker = new Token<IWidgetTracker<GraphDocument>>(
  'plynx-jupyter:IGraphTracker',
  'The open graph editors.'
);
