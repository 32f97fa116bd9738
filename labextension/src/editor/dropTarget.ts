/** What is dropped onto the canvas: operations of the side bar, and files of the file browser. */
import type { Drag } from '@lumino/dragdrop';
import type { Widget } from '@lumino/widgets';

/** What an operation travels as: JSON of its key and whether it is stored. */
export const OPERATION_MIME = 'application/x-plynx-operation';
/** All selected files, as the file browser hands them over. */
const FILES_MIME = 'application/x-jupyter-icontents';

export interface Dropped {
  readonly operation?: { readonly key: string; readonly isStored: boolean };
  readonly files?: readonly string[];
  readonly x: number;
  readonly y: number;
}

/** Have a widget take drops while it is attached; call the result to end that. */
export function takeDrops(widget: Widget, onDrop: (dropped: Dropped) => void): () => void {
  const { node } = widget;
  const over = (event: Event) => {
    const drag = event as Drag.Event;
    if (drag.mimeData.hasData(OPERATION_MIME) || drag.mimeData.hasData(FILES_MIME)) {
      event.preventDefault();
      event.stopPropagation();
      // The file browser only offers to move; with anything else the drop would never come.
      drag.dropAction = drag.proposedAction;
    }
  };
  const drop = (event: Event) => {
    const drag = event as Drag.Event;
    const { mimeData, clientX: x, clientY: y } = drag;
    const operation = mimeData.getData(OPERATION_MIME) as Dropped['operation'];
    const files = mimeData.getData(FILES_MIME) as string[] | undefined;
    if (operation || files) {
      event.preventDefault();
      event.stopPropagation();
      drag.dropAction = drag.proposedAction;
      onDrop({ ...(operation ? { operation } : {}), ...(files ? { files } : {}), x, y });
    }
  };
  node.addEventListener('lm-dragenter', over);
  node.addEventListener('lm-dragover', over);
  node.addEventListener('lm-drop', drop);
  return () => {
    node.removeEventListener('lm-dragenter', over);
    node.removeEventListener('lm-dragover', over);
    node.removeEventListener('lm-drop', drop);
  };
}
