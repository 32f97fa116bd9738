/** Changing the graph that is looked at. */
import { Notification } from '@jupyterlab/apputils';
import {
  addIcon,
  copyIcon,
  cutIcon,
  pasteIcon,
  redoIcon,
  undoIcon
} from '@jupyterlab/ui-components';

import { graphIcon } from '../icons';
import { group, groupRefusal, ungroup } from '../model/grouping';
import { newId } from '../model/ids';
import { COMPOSITE } from '../model/nesting';
import { addNote } from '../model/notes';
import { Graphs } from '../services/graphs';
import { CommandIDs } from './ids';
import type { Scope } from './scope';

const SHOWN_FOR = 4000;

export function addEditCommands(scope: Scope): void {
  const { commands, trans } = scope;
  const copy = async () => {
    if (scope.editor) {
      await navigator.clipboard.writeText(scope.editor.copied());
    }
  };
  const composite = () => {
    const [only, another] = scope.editor?.selectedNodes() ?? [];
    return only?.kind === COMPOSITE && !another ? only : null;
  };

  commands.addCommand(CommandIDs.undo, {
    label: trans.__('Undo'),
    icon: undoIcon,
    isEnabled: () => scope.canEdit() && !!scope.editor?.model.sharedModel.canUndo(),
    execute: () => scope.editor?.model.sharedModel.undo()
  });
  commands.addCommand(CommandIDs.redo, {
    label: trans.__('Redo'),
    icon: redoIcon,
    isEnabled: () => scope.canEdit() && !!scope.editor?.model.sharedModel.canRedo(),
    execute: () => scope.editor?.model.sharedModel.redo()
  });
  commands.addCommand(CommandIDs.addOperation, {
    label: trans.__('Add Operation…'),
    caption: trans.__('Search for an operation and put it into the graph'),
    icon: addIcon,
    isEnabled: scope.canEdit,
    execute: () => scope.editor?.openAdding()
  });
  commands.addCommand(CommandIDs.connect, {
    label: trans.__('Connect Selected Node…'),
    caption: trans.__('Choose an input that takes what the selected node makes'),
    isEnabled: () => scope.canEdit() && scope.editor?.selectedNodes().length === 1,
    execute: () => scope.editor?.openConnecting()
  });
  commands.addCommand(CommandIDs.addNote, {
    label: trans.__('Add Note'),
    caption: trans.__('Stick a note onto the graph'),
    isEnabled: scope.canEdit,
    execute: () => {
      const { editor } = scope;
      if (editor) {
        const note = { _id: newId(), text: '', ...editor.freePlace() };
        editor.level.update(addNote(note));
        editor.selection.set([note._id]);
      }
    }
  });
  commands.addCommand(CommandIDs.group, {
    label: trans.__('Group Selected Nodes'),
    caption: trans.__('Make one composite of the selected nodes'),
    icon: graphIcon,
    isEnabled: () => scope.canEdit() && (scope.editor?.selectedNodes().length ?? 0) > 0,
    execute: () => {
      const { editor } = scope;
      if (!editor) {
        return;
      }
      const ids = new Set(editor.selection.ids);
      const refusal = groupRefusal(editor.level.graph, ids);
      if (refusal) {
        const between = refusal.reason === 'between' ? refusal.nodes : [];
        const names = between.map(node => node.title || trans.__('Untitled')).join(', ');
        Notification.warning(
          names
            ? trans.__('Select %1 as well: it lies between the selected nodes.', names)
            : trans.__('Select the nodes that are to be grouped.'),
          { autoClose: SHOWN_FOR }
        );
        return;
      }
      const id = newId();
      editor.level.update(graph => group(graph, ids, trans.__('Group'), () => id));
      editor.selection.set([id]);
    }
  });
  commands.addCommand(CommandIDs.ungroup, {
    label: trans.__('Ungroup'),
    caption: trans.__('Replace the selected composite by what is inside it'),
    isEnabled: () => scope.canEdit() && composite() !== null,
    execute: () => {
      const { editor } = scope;
      const chosen = composite();
      if (editor && chosen) {
        const before = new Set(editor.level.graph.nodes.map(node => node._id));
        editor.level.update(graph => ungroup(graph, chosen._id, newId));
        const { nodes } = editor.level.graph;
        editor.selection.set(nodes.map(node => node._id).filter(id => !before.has(id)));
      }
    }
  });
  commands.addCommand(CommandIDs.upgrade, {
    label: trans.__('Upgrade Deprecated Nodes'),
    caption: trans.__('Use the newest versions of operations; links and values are kept by name'),
    isEnabled: scope.canEdit,
    execute: async () => {
      const { editor } = scope;
      if (!editor) {
        return;
      }
      const { sharedModel } = editor.model;
      try {
        const found = await new Graphs(scope.server.rest).upgraded(sharedModel.getSource());
        if (found.count > 0) {
          const { nodes } = found.graph;
          sharedModel.update(graph => ({ ...graph, nodes }));
        }
        const lost = found.lost.length > 0 ? ` ${found.lost.join(' ')}` : '';
        const told = trans._n('%1 node was upgraded.', '%1 nodes were upgraded.', found.count);
        Notification[lost ? 'warning' : 'info'](told + lost, {
          autoClose: lost ? false : SHOWN_FOR
        });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        Notification.error(trans.__('Nothing was upgraded: %1', reason), { autoClose: false });
      }
    }
  });
  commands.addCommand(CommandIDs.deleteSelection, {
    label: trans.__('Delete Selected Nodes'),
    isEnabled: scope.canEditSelection,
    execute: () => scope.editor?.deleteSelection()
  });
  commands.addCommand(CommandIDs.duplicate, {
    label: trans.__('Duplicate Selected Nodes'),
    isEnabled: scope.canEditSelection,
    execute: () => scope.editor?.duplicate()
  });
  commands.addCommand(CommandIDs.copy, {
    label: trans.__('Copy Selected Nodes'),
    icon: copyIcon,
    isEnabled: scope.hasSelection,
    execute: () => copy()
  });
  commands.addCommand(CommandIDs.cut, {
    label: trans.__('Cut Selected Nodes'),
    icon: cutIcon,
    isEnabled: scope.canEditSelection,
    execute: async () => {
      await copy();
      scope.editor?.deleteSelection();
    }
  });
  commands.addCommand(CommandIDs.paste, {
    label: trans.__('Paste Nodes'),
    icon: pasteIcon,
    isEnabled: scope.canEdit,
    execute: async () => {
      const text = await navigator.clipboard.readText();
      if (!scope.editor?.paste(text)) {
        Notification.info(trans.__('The clipboard holds no nodes. Copy some in a graph first.'), {
          autoClose: SHOWN_FOR
        });
      }
    }
  });
  commands.addCommand(CommandIDs.layout, {
    label: trans.__('Auto Layout'),
    caption: trans.__('Place the nodes from left to right along their connections'),
    icon: graphIcon,
    isEnabled: scope.canEdit,
    execute: () => scope.editor?.arrange()
  });
}
