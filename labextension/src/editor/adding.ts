/** Operations and files are added to the graph of an editor, each time as one step that can be undone. */
import { connectionWith, type End, fittingPort, refusalOf } from '../model/connection';
import { addNodes, connect, inTurn, type Position } from '../model/edits';
import type { GraphNode } from '../model/graph';
import { fileNode, place, relativePath } from '../model/operations';
import type { Nodes } from '../services/nodes';
import type { EditorHost } from './host';

const BELOW = 110;

/** How far a node reaches to the right of its place, about. */
const WIDTH = 200;

/** Why a file couldn't be added. */
export interface Refused {
  readonly path: string;
  readonly reason: string;
}

/** Where a point of the page is on the canvas; without one, beside what is selected or in the middle of the view. */
export function onCanvas(editor: EditorHost, point?: Position): Position {
  const { flow, node } = editor;
  const [only, another] = editor.selection.ids;
  const beside = only !== undefined && another === undefined ? flow?.getInternalNode(only) : null;
  if (!point && beside) {
    const { x, y } = beside.internals.positionAbsolute;
    return freeSpot(editor, { x: x + (beside.measured.width ?? WIDTH) + 80, y });
  }
  const box = node.getBoundingClientRect();
  const wanted = point ?? { x: box.left + box.width / 2 - 90, y: box.top + box.height / 2 - 40 };
  const found = flow?.screenToFlowPosition(wanted) ?? { x: 0, y: 0 };
  return point ? found : freeSpot(editor, found);
}

/** The place, or below it, where no node is yet. */
function freeSpot(editor: EditorHost, wanted: Position): Position {
  const nodes = editor.flow?.getNodes() ?? [];
  const isTaken = (y: number) =>
    nodes.some(
      ({ position }) => Math.abs(position.x - wanted.x) < WIDTH && Math.abs(position.y - y) < BELOW
    );
  let { y } = wanted;
  while (isTaken(y)) {
    y += BELOW;
  }
  return { x: wanted.x, y };
}

function add(editor: EditorHost, nodes: readonly GraphNode[]): void {
  editor.level.update(addNodes(nodes));
  editor.selection.set(nodes.map(node => node._id));
}

/** Add an operation (by its id or kind), connected with an end of a line if there is one. */
export async function addOperation(
  editor: EditorHost,
  nodes: Nodes,
  key: string,
  isStored: boolean,
  point?: Position,
  from?: End
): Promise<void> {
  const at = onCanvas(editor, point);
  const operation = await nodes.load(key);
  const left = from?.side === 'input' ? { x: at.x - WIDTH, y: at.y } : at;
  const node = place(operation, left, isStored);
  const port = from && fittingPort(editor.level.graph, node, from);
  editor.level.update(graph => {
    const there = addNodes([node])(graph);
    const line = from && port && connectionWith(from, node._id, port.name);
    return line && !refusalOf(there, line) ? inTurn(connect(line))(there) : there;
  });
  editor.selection.set([node._id]);
  editor.focusNode(node._id);
}

/** Add files of the file browser, below each other: notebooks and scripts as operations, others as files. */
export async function addFiles(
  editor: EditorHost,
  nodes: Nodes,
  paths: readonly string[],
  point?: Position
): Promise<readonly Refused[]> {
  const at = onCanvas(editor, point);
  const folder = editor.localPath.split('/').slice(0, -1).join('/');
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
    add(editor, made);
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
