/** Looking at a graph: none of this changes it. */
import { showErrorMessage } from '@jupyterlab/apputils';
import { imageIcon } from '@jupyterlab/ui-components';

import { download, pictureOf, toPng } from '../editor/exporting';
import { fitIcon, graphIcon } from '../icons';
import { CommandIDs } from './ids';
import type { Scope } from './scope';

export function addViewCommands(scope: Scope): void {
  const { app, commands, trans } = scope;

  commands.addCommand(CommandIDs.selectAll, {
    label: trans.__('Select All Nodes'),
    isEnabled: scope.isOpen,
    execute: () => scope.editor?.selectAll()
  });
  commands.addCommand(CommandIDs.inspect, {
    label: trans.__('Show Properties'),
    caption: trans.__('Show the properties of what is selected in the right side bar'),
    isEnabled: scope.isOpen,
    execute: () => scope.editor?.inspect()
  });
  commands.addCommand(CommandIDs.fit, {
    label: trans.__('Zoom to Fit'),
    icon: fitIcon,
    isEnabled: scope.isOpen,
    execute: () => scope.editor?.fit()
  });
  commands.addCommand(CommandIDs.zoomToSelection, {
    label: trans.__('Zoom to Selection'),
    isEnabled: scope.hasSelection,
    execute: () => scope.editor?.showNodes(scope.editor.selection.ids)
  });
  commands.addCommand(CommandIDs.openComposite, {
    label: trans.__('Open Composite'),
    caption: trans.__('Show what is inside the selected composite'),
    icon: graphIcon,
    isEnabled: scope.hasSelection,
    isVisible: () => scope.editor?.selectedNodes()[0]?.kind === 'composite',
    execute: () => {
      const [node] = scope.editor?.selectedNodes() ?? [];
      if (node) {
        scope.editor?.level.enter(node._id);
      }
    }
  });
  commands.addCommand(CommandIDs.leaveComposite, {
    label: trans.__('Leave Composite'),
    caption: trans.__('Show the graph that the composite is in'),
    isEnabled: () => (scope.editor?.level.path.length ?? 0) > 0,
    execute: () => {
      const { editor } = scope;
      const left = editor?.level.path.at(-1);
      if (editor && left !== undefined) {
        editor.level.open(editor.level.path.slice(0, -1));
        editor.selection.set([left]);
      }
    }
  });
  const save = async (type: 'svg' | 'png') => {
    const { document } = scope;
    if (document && document.content.level.graph.nodes.length > 0) {
      const picture = pictureOf(document.content, trans);
      const name = document.title.label.replace(/\.plynx$/, '');
      const content =
        type === 'png' ? await toPng(picture) : new Blob([picture.svg], { type: 'image/svg+xml' });
      download(content, `${name}.${type}`);
    }
  };
  commands.addCommand(CommandIDs.exportSvg, {
    label: trans.__('Export Graph as SVG'),
    icon: imageIcon,
    isEnabled: scope.isOpen,
    execute: () => save('svg')
  });
  commands.addCommand(CommandIDs.exportPng, {
    label: trans.__('Export Graph as PNG'),
    icon: imageIcon,
    isEnabled: scope.isOpen,
    execute: () => save('png')
  });
  commands.addCommand(CommandIDs.newGraph, {
    label: trans.__('PLynx Graph'),
    caption: trans.__('Create a new graph'),
    icon: graphIcon,
    execute: async args => {
      const path = typeof args['cwd'] === 'string' ? args['cwd'] : '';
      try {
        const wanted = { path, type: 'file', ext: '.plynx' } as const;
        const file = await app.serviceManager.contents.newUntitled(wanted);
        return await commands.execute('docmanager:open', { path: file.path });
      } catch (error) {
        await showErrorMessage(trans.__('The graph could not be created'), String(error));
        return null;
      }
    }
  });
  commands.addCommand(CommandIDs.openAsText, {
    label: trans.__('Open as Text'),
    isVisible: scope.isOpen,
    execute: args => {
      const path =
        typeof args['path'] === 'string' ? args['path'] : scope.tracker.currentWidget?.context.path;
      return path ? commands.execute('docmanager:open', { path, factory: 'Editor' }) : undefined;
    }
  });
}
