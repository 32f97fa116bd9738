/** Operations and files are added to the graph of an editor, each time as one step that can be undone. */
import { addNodes, type Position } from '../model/edits';
import type { GraphNode } from '../model/graph';
import { fileNode, place, relativePath } from '../model/operations';
import type { Nodes } from '../services/nodes';
import type { GraphDocument } from './graphDocument';

const BELOW = 110;

/** Why a file couldn't be added. */
export interface Refused {
  readonly path: string;
  readonly reason: string;
}

/** Where a point of the page is on the canvas; without one, the middle of what is in view. */
function onCanvas(widget: GraphDocument, point?: Position): Position {
  const { flow, node } = widget.content;
  const box = node.getBoundingClientRect();
  const wanted = point ?? { x: box.left + box.width / 2 - 90, y: box.top + box.height / 2 - 40 };
  return flow?.screenToFlowPosition(wanted) ?? { x: 0, y: 0 };
}

function add(widget: GraphDocument, nodes: readonly GraphNode[]): void {
  widget.content.model.sharedModel.update(addNodes(nodes));
  widget.content.selection.set(nodes.map(node => node._id));
}

/** Add an operation (by its id or kind). */
export async function addOperation(
  widget: GraphDocument,
  nodes: Nodes,
  key: string,
  isStored: boolean,
  point?: Position
): Promise<void> {
  const at = onCanvas(widget, point);
  add(widget, [place(await nodes.load(key), at, isStored)]);
}

/** Add files of the file browser, below each other: notebooks and scripts as operations, others as files. */
export async function addFiles(
  widget: GraphDocument,
  nodes: Nodes,
  paths: readonly string[],
  point?: Position
): Promise<readonly Refused[]> {
  const at = onCanvas(widget, point);
  const folder = widget.context.localPath.split('/').slice(0, -1).join('/');
  const made: GraphNode[] = [];
  const refused: Refused[] = [];
  for (const path of paths) {
    const there = { x: at.x, y: at.y + made.length * BELOW };
    try {
      made.push(await nodeOfFile(nodes, path, folder, there));
    } catch (error) {
      refused.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (made.length > 0) {
    add(widget, made);
  }
  return refused;
}

async function nodeOfFile(
  nodes: Nodes,
  path: string,
  folder: string,
  at: Position
): Promise<GraphNode> {
  if (path.endsWith('.ipynb')) {
    return place(await nodes.fromNotebook(path), at, false);
  }
  if (/\.(py|sh|bash|j2)$/.test(path)) {
    return place(await nodes.fromScript(path), at, false);
  }
  return fileNode(relativePath(folder, path), at);
}
