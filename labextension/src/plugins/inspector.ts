/** The properties of what is selected, in the property inspector of the right side bar. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { IWidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { IPropertyInspectorProvider } from '@jupyterlab/property-inspector';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { createElement } from 'react';

import { CommandIDs } from '../commands/ids';
import type { GraphDocument } from '../editor/graphDocument';
import { IGraphTracker } from '../tokens';

export const inspectorPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:inspector',
  description: 'Properties of graphs and nodes.',
  autoStart: true,
  requires: [IGraphTracker, IEditorServices, IRenderMimeRegistry],
  optional: [IPropertyInspectorProvider, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: IWidgetTracker<GraphDocument>,
    services: IEditorServices,
    rendermime: IRenderMimeRegistry,
    provider: IPropertyInspectorProvider | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    if (!provider) {
      return;
    }
    const add = async (widget: GraphDocument) => {
      const inspector = provider.register(widget);
      widget.disposed.connect(() => inspector.dispose());
      widget.content.inspected.connect(() => inspector.showPanel());
      await widget.context.ready;
      const { Inspector } = await import('../panels/inspector/Inspector');
      const { model, selection, level, levelRun } = widget.content;
      const render = () => {
        if (!widget.isDisposed && !model.problem) {
          inspector.render(
            createElement(Inspector, {
              graph: level,
              selection,
              monitor: levelRun,
              plan: widget.content.plan,
              rendermime,
              onUpgrade: () => {
                void app.commands.execute(CommandIDs.upgrade);
              },
              readOnly: model.readOnly,
              trans,
              services
            })
          );
        }
      };
      model.stateChanged.connect(render);
      render();
    };
    tracker.forEach(widget => void add(widget));
    tracker.widgetAdded.connect((_, widget) => void add(widget));
  }
};
