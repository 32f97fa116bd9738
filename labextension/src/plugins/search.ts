/** JupyterLab's search looks into graphs as well. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISearchProviderRegistry } from '@jupyterlab/documentsearch';
import type { Widget } from '@lumino/widgets';

import type { GraphDocument } from '../editor/graphDocument';
import { GraphSearch } from '../editor/graphSearch';

export const searchPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:search',
  description: 'Search in graphs.',
  autoStart: true,
  requires: [ISearchProviderRegistry],
  activate: (_app: JupyterFrontEnd, registry: ISearchProviderRegistry): void => {
    registry.add('plynxGraph', {
      createNew: (widget: Widget) => new GraphSearch(widget as GraphDocument),
      isApplicable: (widget: Widget): widget is Widget => GraphSearch.isApplicable(widget)
    });
  }
};
