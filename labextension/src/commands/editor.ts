/** What can be done with an open graph. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification, showErrorMessage, type WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  copyIcon,
  cutIcon,
  fastForwardIcon,
  pasteIcon,
  redoIcon,
  runIcon,
  stopIcon,
  undoIcon
} from '@jupyterlab/ui-components';

import type { GraphDocument } from '../editor/graphDocument';
import { fitIcon, graphIcon } from '../icons';
import type { Json } from '../model/graph';
import { isFinal } from '../model/runStatus';
import { RequestError } from '../services/request';
import type { RunOptions, ValidationError } from '../services/runs';
import type { IPlynxServer } from '../services/plynxServer';
import { CommandIDs } from './ids';

export function addEditorCommands(
  app: JupyterFrontEnd,
  tracker: WidgetTracker<GraphDocument>,
  server: IPlynxServer,
  trans: TranslationBundle
): void {
  const { commands } = app;
  const current = () =>
    tracker.currentWidget && tracker.currentWidget === app.shell.currentWidget
      ? tracker.currentWidget.content
      : null;
  const isOpen = () => current() !== null;
  const canEdit = () => current()?.model.readOnly === false && !current()?.model.problem;
  const hasSelection = () => canEdit() && (current()?.selection.ids.length ?? 0) > 0;
  const isRunning = () => {
    const run = current()?.monitor.run;
    return !!run && !isFinal(run.status);
  };

  const run = async (options: (selected: readonly string[]) => RunOptions) => {
    const editor = current();
    const widget = tracker.currentWidget;
    if (!editor || !widget) {
      return;
    }
    const text = editor.model.sharedModel.getSource();
    try {
      const started = await server.runs.approve(
        JSON.parse(text) as Json,
        options(editor.selection.ids),
        widget.context.localPath
      );
      if (started.run_id) {
        await editor.monitor.show(started.run_id);
      } else {
        Notification.error(
          trans.__('The graph cannot run: %1', messagesOf(started.validation_error).join(' ')),
          { autoClose: 8000 }
        );
      }
    } catch (error) {
      if (error instanceof RequestError) {
        Notification.error(trans.__('The graph was not run. %1', error.message), {
          autoClose: 8000
        });
      } else {
        throw error;
      }
    }
  };

  const copy = async () => {
    const editor = current();
    if (editor) {
      await navigator.clipboard.writeText(editor.copied());
    }
  };

  commands.addCommand(CommandIDs.run, {
    label: trans.__('Run Graph'),
    caption: trans.__('Run what has changed; the rest is restored'),
    icon: runIcon,
    isEnabled: isOpen,
    execute: () => run(() => ({}))
  });
  commands.addCommand(CommandIDs.runUntilHere, {
    label: trans.__('Run Until Selected Nodes'),
    caption: trans.__('Run the selected nodes and what they need'),
    isEnabled: hasSelection,
    execute: () => run(selected => ({ until: selected }))
  });
  commands.addCommand(CommandIDs.runFromHere, {
    label: trans.__('Run From Selected Nodes'),
    caption: trans.__(
      'Run the selected nodes, and what follows from them, even if their results are known'
    ),
    isEnabled: hasSelection,
    execute: () => run(selected => ({ from_nodes: selected }))
  });
  commands.addCommand(CommandIDs.runWithoutCache, {
    label: trans.__('Run Graph Without Cache'),
    caption: trans.__('Run everything'),
    icon: fastForwardIcon,
    isEnabled: isOpen,
    execute: () => run(() => ({ use_cache: false }))
  });
  commands.addCommand(CommandIDs.cancel, {
    label: trans.__('Cancel Run'),
    caption: trans.__('Stop the run that is shown'),
    icon: stopIcon,
    isEnabled: isRunning,
    execute: async () => {
      const shown = current()?.monitor.run;
      if (shown) {
        await server.runs.cancel(shown._id);
      }
    }
  });
  commands.addCommand(CommandIDs.undo, {
    label: trans.__('Undo'),
    icon: undoIcon,
    isEnabled: () => canEdit() && !!current()?.model.sharedModel.canUndo(),
    execute: () => current()?.model.sharedModel.undo()
  });
  commands.addCommand(CommandIDs.redo, {
    label: trans.__('Redo'),
    icon: redoIcon,
    isEnabled: () => canEdit() && !!current()?.model.sharedModel.canRedo(),
    execute: () => current()?.model.sharedModel.redo()
  });
  commands.addCommand(CommandIDs.deleteSelection, {
    label: trans.__('Delete Selected Nodes'),
    isEnabled: hasSelection,
    execute: () => current()?.deleteSelection()
  });
  commands.addCommand(CommandIDs.duplicate, {
    label: trans.__('Duplicate Selected Nodes'),
    isEnabled: hasSelection,
    execute: () => current()?.duplicate()
  });
  commands.addCommand(CommandIDs.copy, {
    label: trans.__('Copy Selected Nodes'),
    icon: copyIcon,
    isEnabled: () => (current()?.selection.ids.length ?? 0) > 0,
    execute: () => copy()
  });
  commands.addCommand(CommandIDs.cut, {
    label: trans.__('Cut Selected Nodes'),
    icon: cutIcon,
    isEnabled: hasSelection,
    execute: async () => {
      await copy();
      current()?.deleteSelection();
    }
  });
  commands.addCommand(CommandIDs.paste, {
    label: trans.__('Paste Nodes'),
    icon: pasteIcon,
    isEnabled: canEdit,
    execute: async () => {
      const text = await navigator.clipboard.readText();
      if (!current()?.paste(text)) {
        Notification.info(trans.__('The clipboard holds no nodes. Copy some in a graph first.'), {
          autoClose: 4000
        });
      }
    }
  });
  commands.addCommand(CommandIDs.layout, {
    label: trans.__('Auto Layout'),
    caption: trans.__('Place the nodes from left to right along their connections'),
    icon: graphIcon,
    isEnabled: canEdit,
    execute: () => current()?.arrange()
  });
  commands.addCommand(CommandIDs.selectAll, {
    label: trans.__('Select All Nodes'),
    isEnabled: isOpen,
    execute: () => current()?.selectAll()
  });
  commands.addCommand(CommandIDs.inspect, {
    label: trans.__('Show Properties'),
    caption: trans.__('Show the properties of what is selected in the right side bar'),
    isEnabled: isOpen,
    execute: () => current()?.inspect()
  });
  commands.addCommand(CommandIDs.fit, {
    label: trans.__('Zoom to Fit'),
    icon: fitIcon,
    isEnabled: isOpen,
    execute: () => current()?.fit()
  });
  commands.addCommand(CommandIDs.newGraph, {
    label: trans.__('PLynx Graph'),
    caption: trans.__('Create a new graph'),
    icon: graphIcon,
    execute: async args => {
      const cwd = typeof args['cwd'] === 'string' ? args['cwd'] : '';
      try {
        const file = await app.serviceManager.contents.newUntitled({
          path: cwd,
          type: 'file',
          ext: '.plynx'
        });
        return await commands.execute('docmanager:open', { path: file.path });
      } catch (error) {
        await showErrorMessage(trans.__('The graph could not be created'), String(error));
        return null;
      }
    }
  });
  commands.addCommand(CommandIDs.openAsText, {
    label: trans.__('Open as Text'),
    isVisible: isOpen,
    execute: args => {
      const path =
        typeof args['path'] === 'string' ? args['path'] : tracker.currentWidget?.context.path;
      return path ? commands.execute('docmanager:open', { path, factory: 'Editor' }) : undefined;
    }
  });

  const refresh = () => {
    commands.notifyCommandChanged();
  };
  tracker.widgetAdded.connect((_, widget) => {
    widget.content.monitor.changed.connect(refresh);
    widget.content.selection.changed.connect(refresh);
    widget.content.model.contentChanged.connect(refresh);
  });
  tracker.currentChanged.connect(refresh);
  app.shell.currentChanged?.connect(refresh);
}

function messagesOf(error: ValidationError | undefined): string[] {
  if (!error) {
    return [];
  }
  const own = error.message ? [error.message] : [];
  return [...own, ...(error.children ?? []).flatMap(messagesOf)];
}
