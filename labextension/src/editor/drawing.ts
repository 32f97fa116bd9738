/** A graph as a picture: SVG that any program can show, made from what the canvas has measured. */
import { typeColor } from '../canvas/typeColor';
import { type Graph, type GraphNode, type Position } from '../model/graph';
import { NOTE_SIZE, notesOf } from '../model/notes';

/** Where a node and its ports are, in pixels of the canvas. */
export interface NodeBox extends Position {
  readonly width: number;
  readonly height: number;
  readonly inputs: ReadonlyMap<string, Position>;
  readonly outputs: ReadonlyMap<string, Position>;
  readonly status?: string | undefined;
}

const MARGIN = 30;
const HEADER = 22;

/** Reads variables of the theme, so that the picture has its colours. */
type Theme = (variable: string) => string;

/** Draw a graph whose nodes are where `boxes` says. */
export function drawGraph(
  graph: Graph,
  boxes: ReadonlyMap<string, NodeBox>,
  statusText: (status: string) => string,
  theme: Theme
): { readonly svg: string; readonly width: number; readonly height: number } {
  const notes = notesOf(graph).map(note => ({ ...NOTE_SIZE, ...note }));
  const frames = [...boxes.values(), ...notes];
  const left = Math.min(...frames.map(box => box.x)) - MARGIN;
  const top = Math.min(...frames.map(box => box.y)) - MARGIN;
  const width = Math.max(...frames.map(box => box.x + box.width)) + MARGIN - left;
  const height = Math.max(...frames.map(box => box.y + box.height)) + MARGIN - top;
  const font = escaped(theme('--jp-ui-font-family') || 'sans-serif');
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" ` +
      `width="${width}" height="${height}" font-family="${font}" font-size="12">`,
    `<title>${escaped(graph.title ?? '')}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${theme('--jp-layout-color0')}"/>`,
    ...notes.map(note => drawNote(note, theme)),
    ...graph.nodes.flatMap(node => drawLines(node, boxes, theme)),
    ...graph.nodes.flatMap(node => {
      const box = boxes.get(node._id);
      return box ? [drawNode(node, box, statusText, theme)] : [];
    }),
    '</svg>'
  ];
  return { svg: parts.join('\n'), width, height };
}

function drawNote(
  note: { x: number; y: number; width: number; height: number; text: string },
  theme: Theme
): string {
  const lines = note.text.split('\n').map((line, index) => {
    const y = note.y + 20 + index * 16;
    return `<text x="${note.x + 8}" y="${y}" fill="${theme('--jp-ui-font-color1')}">${escaped(line)}</text>`;
  });
  return (
    `<g><rect x="${note.x}" y="${note.y}" width="${note.width}" height="${note.height}" rx="2" ` +
    `fill="${theme('--jp-layout-color2')}" stroke="${theme('--jp-border-color2')}"/>${lines.join('')}</g>`
  );
}

function drawLines(
  node: GraphNode,
  boxes: ReadonlyMap<string, NodeBox>,
  theme: Theme
): readonly string[] {
  const target = boxes.get(node._id);
  return (node.inputs ?? []).flatMap(port =>
    (port.input_references ?? []).flatMap(from => {
      const start = boxes.get(from.node_id)?.outputs.get(from.output_id);
      const end = target?.inputs.get(port.name);
      if (!start || !end) {
        return [];
      }
      const bend = Math.max(40, Math.abs(end.x - start.x) / 2);
      return [
        `<path d="M${start.x} ${start.y} C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ` +
          `${end.x} ${end.y}" fill="none" stroke="${theme('--jp-border-color0')}" stroke-width="1.5"/>`
      ];
    })
  );
}

const STATUS_COLOR: Readonly<Record<string, string>> = {
  SUCCESS: '--jp-success-color1',
  RESTORED: '--jp-success-color1',
  RUNNING: '--jp-brand-color1',
  FAILED: '--jp-error-color1',
  CANCELED: '--jp-warn-color1'
};

function drawNode(
  node: GraphNode,
  box: NodeBox,
  statusText: (status: string) => string,
  theme: Theme
): string {
  const color = theme(STATUS_COLOR[box.status ?? ''] ?? '--jp-border-color1');
  const ink = theme('--jp-ui-font-color1');
  const clip = `clip-${escaped(node._id)}`;
  const shape = `x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="2"`;
  const parts = [
    `<clipPath id="${clip}"><rect ${shape}/></clipPath>`,
    `<rect ${shape} fill="${theme('--jp-layout-color1')}" stroke="${theme('--jp-border-color1')}"/>`,
    `<rect x="${box.x}" y="${box.y}" width="3" height="${box.height}" fill="${color}"/>`,
    `<g clip-path="url(#${clip})">`,
    text(box.x + 12, box.y + HEADER - 4, node.title ?? '', ink, 'font-weight="600" font-size="13"')
  ];
  if (box.status) {
    const faint = theme('--jp-ui-font-color2');
    parts.push(text(box.x + 12, box.y + HEADER + 14, statusText(box.status), faint));
  }
  for (const [name, at] of box.inputs) {
    parts.push(text(at.x + 12, at.y + 4, name, ink, 'font-size="11"'));
  }
  for (const [name, at] of box.outputs) {
    parts.push(text(at.x - 12, at.y + 4, name, ink, 'font-size="11" text-anchor="end"'));
  }
  parts.push('</g>');
  const dot = (at: Position, type: string) => {
    const fill = theme(typeColor(type).slice('var('.length, -1));
    return `<circle cx="${at.x}" cy="${at.y}" r="4.5" fill="${fill}" stroke="${theme('--jp-layout-color1')}"/>`;
  };
  for (const port of node.inputs ?? []) {
    const at = box.inputs.get(port.name);
    parts.push(at ? dot(at, port.file_type ?? 'file') : '');
  }
  for (const port of node.outputs ?? []) {
    const at = box.outputs.get(port.name);
    parts.push(at ? dot(at, port.file_type ?? 'file') : '');
  }
  return `<g>${parts.join('')}</g>`;
}

function text(x: number, y: number, words: string, fill: string, more = ''): string {
  return `<text x="${x}" y="${y}" fill="${fill}" ${more}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
