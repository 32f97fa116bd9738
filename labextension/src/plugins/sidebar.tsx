/** The side bar: operations to add, and runs. */
import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { type IWidgetTracker, Notification, ReactWidget } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { SidePanel } from '@jupyterlab/ui-components';
import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';

import { CommandIDs } from '../commands/ids';
import type { Offer } from '../components/offers';
import { DRIVE, graphPath } from '../document/drivePaths';
import { addFiles, addOperation } from '../editor/adding';
import { OPERATION_MIME, takeDrops } from '../editor/dropTarget';
import type { GraphDocument } from '../editor/graphDocument';
import { graphIcon } from '../icons';
import { GraphList } from '../panels/sidebar/Graphs';
import { Operations } from '../panels/sidebar/Operations';
import { RunList } from '../panels/sidebar/RunList';
import { Graphs } from '../services/graphs';
import { Nodes } from '../services/nodes';
import type { RunSummary } from '../services/runs';
import { IGraphTracker, IPlynxServer } from '../tokens';

const ID = 'plynx-sidebar';

export const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plynx-jupyter:sidebar',
  description: 'Operations and runs beside the graphs.',
  autoStart: true,
  requires: [IGraphTracker, IPlynxServer],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: IWidgetTracker<GraphDocument>,
    server: IPlynxServer,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plynx_jupyter');
    const nodes = new Nodes(server.rest);

    const failed = (what: string, error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      Notification.error(trans.__('%1 was not added: %2', what, reason), { autoClose: 8000 });
    };
    const onAdd = (offer: Offer) => {
      const widget = tracker.currentWidget;
      if (!widget) {
        Notification.info(trans.__('Open a graph first, then add operations to it.'), {
          autoClose: 4000
        });
        return;
      }
      addOperation(widget.content, nodes, offer.key, offer.isStored).catch((error: unknown) =>
        failed(offer.title, error)
      );
    };
    const onDrag = (offer: Offer, x: number, y: number) => {
      const mimeData = new MimeData();
      mimeData.setData(OPERATION_MIME, { key: offer.key, isStored: offer.isStored });
      const dragImage = document.createElement('div');
      dragImage.className = 'jp-plynx-DragImage';
      dragImage.textContent = offer.title;
      const drag = new Drag({
        mimeData,
        dragImage,
        proposedAction: 'copy',
        supportedActions: 'copy',
        source: null
      });
      void drag.start(x, y);
    };
    const onOpen = (run: RunSummary) => {
      void app.commands.execute(CommandIDs.showRun, {
        run: run._id,
        graph: run.graph_id,
        title: run.title
      });
    };

    const stored = ReactWidget.create(
      <GraphList
        graphs={new Graphs(server.rest)}
        active={server.active}
        changed={app.serviceManager.contents.fileChanged}
        user={app.serviceManager.user.identity?.username ?? ''}
        trans={trans}
        onOpen={graph => {
          const path = `${DRIVE}:${graphPath(graph._id, graph.title)}`;
          void app.commands.execute('docmanager:open', { path });
        }}
        onNew={() => void app.commands.execute(CommandIDs.newStored)}
      />
    );
    stored.title.label = trans.__('Graphs');
    const operations = ReactWidget.create(
      <Operations nodes={nodes} trans={trans} onAdd={onAdd} onDrag={onDrag} />
    );
    operations.title.label = trans.__('Operations');
    const runs = ReactWidget.create(<RunList server={server} trans={trans} onOpen={onOpen} />);
    runs.title.label = trans.__('Runs');
    const panel = new SidePanel();
    panel.id = ID;
    panel.addClass('jp-plynx-Sidebar');
    panel.title.icon = graphIcon;
    panel.title.caption = trans.__('PLynx');
    panel.node.setAttribute('role', 'region');
    panel.node.setAttribute('aria-label', trans.__('PLynx'));
    panel.addWidget(stored);
    panel.addWidget(operations);
    panel.addWidget(runs);
    app.shell.add(panel, 'left', { rank: 450, type: 'PLynx' });
    restorer?.add(panel, ID);

    const takeAll = (widget: GraphDocument) => {
      const end = takeDrops(widget.content, ({ operation, files, x, y }) => {
        if (widget.content.model.readOnly || widget.content.model.problem) {
          return;
        }
        if (operation) {
          const { key, isStored } = operation;
          addOperation(widget.content, nodes, key, isStored, { x, y }).catch((error: unknown) =>
            failed(key, error)
          );
        } else if (files) {
          void addFiles(widget.content, nodes, files, { x, y }).then(refused =>
            refused.forEach(({ path, reason }) => failed(path, new Error(reason)))
          );
        }
      });
      widget.disposed.connect(end);
    };
    tracker.forEach(takeAll);
    tracker.widgetAdded.connect((_, widget) => takeAll(widget));
  }
};
