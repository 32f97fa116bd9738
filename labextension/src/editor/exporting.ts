/** A graph is saved as a picture. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { statusText } from '../components/StatusBadge';
import type { RunView } from '../document/levelRun';
import { type GraphNode, placeOf } from '../model/graph';
import type { NodeStatus } from '../model/runStatus';
import { drawGraph, type NodeBox } from './drawing';
import type { EditorHost } from './host';

const PORT = 22;
const HEAD = 48;

/** Twice the size of the screen's pixels, so that text stays sharp. */
const SCALE = 2;

/** Canvases of browsers have an end; beyond it the picture is made smaller. */
const MOST_PIXELS = 16_000;

export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Draw the level that an editor shows. */
export function pictureOf(
  editor: EditorHost & { readonly levelRun: RunView },
  trans: TranslationBundle
): Picture {
  const boxes = new Map(
    editor.level.graph.nodes.map((node, index) => [
      node._id,
      boxOf(editor, node, index, editor.levelRun.stateOf(node._id)?.status)
    ])
  );
  const style = getComputedStyle(editor.node);
  const theme = (variable: string) => style.getPropertyValue(variable).trim();
  const word = (status: string) => statusText(status as NodeStatus, trans);
  return drawGraph(editor.level.graph, boxes, word, theme);
}

/** Where a node is; what isn't on the screen now and was never measured is as large as it would be. */
function boxOf(
  { flow }: EditorHost,
  node: GraphNode,
  index: number,
  status: NodeStatus | undefined
): NodeBox {
  const drawn = flow?.getInternalNode(node._id);
  const row = { x: (index % 4) * 260, y: Math.floor(index / 4) * 140 };
  const { x, y } = drawn?.internals.positionAbsolute ?? placeOf(node) ?? row;
  const inputs = node.inputs ?? [];
  const outputs = node.outputs ?? [];
  const width = drawn?.measured.width ?? 200;
  const rows = Math.max(inputs.length, outputs.length);
  const bounds = drawn?.internals.handleBounds;
  const ports = (
    names: readonly { readonly name: string }[],
    found: readonly { id?: string | null; x: number; y: number; width: number; height: number }[],
    edge: number
  ) =>
    new Map(
      names.map(({ name }, place) => {
        const handle = found.find(({ id }) => id === name);
        const at = handle
          ? { x: x + handle.x + handle.width / 2, y: y + handle.y + handle.height / 2 }
          : { x: edge, y: y + HEAD + place * PORT };
        return [name, at];
      })
    );
  const [left, right] = [
    ports(inputs, bounds?.target ?? [], x),
    ports(outputs, bounds?.source ?? [], x + width)
  ];
  // Down to the last port: thumbnails aren't part of the picture.
  const lowest = Math.max(
    ...[...left.values(), ...right.values()].map(at => at.y),
    y + HEAD - PORT
  );
  return {
    x,
    y,
    width,
    height: rows === 0 ? HEAD : lowest - y + PORT - 6,
    status: status === 'STATIC' || status === 'SPECIAL' ? undefined : status,
    inputs: left,
    outputs: right
  };
}

/** Make a PNG of a picture. */
export async function toPng({ svg, width, height }: Picture): Promise<Blob> {
  const scale = Math.min(SCALE, MOST_PIXELS / width, MOST_PIXELS / height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(blob => {
      if (blob) {
        resolve(blob);
      } else {
        reject(new Error('The browser could not make a PNG of this size.'));
      }
    }, 'image/png');
  });
}

/** Hand a file to the browser's downloads. */
export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then.
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
