/** The widget of an open graph, and how JupyterLab makes it. */
import { ABCWidgetFactory, type DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../commands/ids';
import { OfferSearch } from '../components/offers';
import type { GraphModel } from '../document/graphModel';
import { RunMonitor } from '../document/runMonitor';
import { Nodes } from '../services/nodes';
import type { IPlynxServer } from '../services/plynxServer';
import { Resources } from '../services/resources';
import { GraphEditor } from './graphEditor';

export class GraphDocument extends DocumentWidget<GraphEditor, GraphModel> {}

export class GraphDocumentFactory extends ABCWidgetFactory<GraphDocument, GraphModel> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<GraphDocument>,
    private readonly _own: {
      readonly server: IPlynxServer;
      readonly trans: TranslationBundle;
      readonly commands: CommandRegistry;
      readonly rendermime: IRenderMimeRegistry;
    }
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.IContext<GraphModel>): GraphDocument {
    const { server, trans, commands } = this._own;
    const nodes = new Nodes(server.rest);
    const content = new GraphEditor({
      context,
      model: context.model,
      monitor: new RunMonitor(server.runs, server.events),
      runs: server.runs,
      events: server.events,
      nodes,
      offers: new OfferSearch(nodes, trans),
      resources: new Resources(server.rest),
      rendermime: this._own.rendermime.clone({ resolver: context.urlResolver }),
      trans,
      cloneRun: run => {
        void commands.execute(CommandIDs.cloneRun, { run: run._id, path: context.path });
      },
      openExecuted: (run, node) => {
        void commands.execute(CommandIDs.openExecuted, { run, node });
      },
      openAsText: () => {
        void commands.execute(CommandIDs.openAsText, { path: context.path });
      }
    });
    return new GraphDocument({ content, context });
  }
}
