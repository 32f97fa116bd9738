/** Graphs are documents: file type, editor, tracker, restored after a reload. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import {
  createToolbarFactory,
  type IWidgetTracker,
  IToolbarWidgetRegistry,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { addEditorCommands } from '../commands/editor';
import { GraphModelFactory, MODEL } from '../document/graphModel';
import { type GraphDocument, GraphDocumentFactory } from '../editor/graphDocument';
import { graphIcon } from '../icons';
import { IGraphTracker, IPlynxServer } from '../tokens';

const FACTORY = 'PLynx graph';
const FILE_TYPE = 'plynx';
export const EDITOR_PLUGIN = 'plynx-jupyter:editor';

export const editorPlugin: JupyterFrontEndPlugin<IWidgetTracker<GraphDocument>> = {
  id: EDITOR_PLUGIN,
  description: 'The editor of .plynx graphs.',
  autoStart: true,
  provides: IGraphTracker,
  requires: [IPlynxServer, IRenderMimeRegistry],
  optional: [ILayoutRestorer, ITranslator, ISettingRegistry, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    server: IPlynxServer,
    rendermime: IRenderMimeRegistry,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
    settings: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null
  ): IWidgetTracker<GraphDocument> => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    const tracker = new WidgetTracker<GraphDocument>({ namespace: 'plynx-graph' });
    app.docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: trans.__('PLynx graph'),
      extensions: ['.plynx'],
      mimeTypes: ['application/x-plynx+json'],
      fileFormat: 'text',
      contentType: 'file',
      icon: graphIcon
    });
    app.docRegistry.addModelFactory(new GraphModelFactory());
    const toolbarFactory =
      settings && toolbars
        ? createToolbarFactory(
            toolbars,
            settings,
            FACTORY,
            EDITOR_PLUGIN,
            translator ?? nullTranslator
          )
        : undefined;
    const factory = new GraphDocumentFactory(
      {
        name: FACTORY,
        label: trans.__('PLynx graph'),
        modelName: MODEL,
        fileTypes: [FILE_TYPE],
        defaultFor: [FILE_TYPE],
        ...(toolbarFactory ? { toolbarFactory } : {})
      },
      { server, trans, commands: app.commands, rendermime }
    );
    factory.widgetCreated.connect((_, widget) => {
      widget.title.icon = graphIcon;
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    app.docRegistry.addWidgetFactory(factory);
    addEditorCommands(app, tracker, server, trans);
    if (restorer) {
      void restorer.restore(tracker, {
        command: 'docmanager:open',
        args: widget => ({ path: widget.context.path, factory: FACTORY }),
        name: widget => widget.context.path
      });
    }
    return tracker;
  }
};
