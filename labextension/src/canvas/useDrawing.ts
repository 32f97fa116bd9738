/** The nodes and lines that React Flow draws, and what it says of them, as edits of a level. */
import type { Edge, EdgeChange, NodeChange } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { useSignal } from '../components/useSignal';
import type { GraphLevel } from '../document/graphLevel';
import type { Selection } from '../document/selection';
import { disconnect, inTurn, moveItems, type Position, removeItems } from '../model/edits';
import { connectionOf, type Drawn, type FlowNode, toFlow } from './toFlow';

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly nodes: FlowNode[];
  readonly edges: Edge[];
  readonly onNodesChange: (changes: NodeChange<FlowNode>[]) => void;
  readonly onEdgesChange: (changes: EdgeChange[]) => void;
  readonly onDelete: (gone: { nodes: FlowNode[]; edges: Edge[] }) => void;
}

export function useDrawing(level: GraphLevel, selection: Selection, readOnly: boolean): Drawing {
  const graph = useSignal(level.changed, () => level.graph);
  const selected = useSignal(selection.changed, () => selection.ids);
  const [chosenEdges, setChosenEdges] = useState<ReadonlySet<string>>(new Set());
  // Where nodes are while they are dragged: the document hears of it when they are let go.
  const [dragged, setDragged] = useState<ReadonlyMap<string, Position>>(new Map());
  const [resized, setResized] = useState<ReadonlyMap<string, Size>>(new Map());
  const [sizes, setSizes] = useState<ReadonlyMap<string, Size>>(new Map());
  const last = useRef<Drawn>();
  const drawn = useMemo(() => {
    last.current = toFlow(graph, new Set(selected), last.current);
    return last.current;
  }, [graph, selected]);
  // A node that didn't change stays the same object through all this, or each of them would be drawn again.
  const shown = useRef(new WeakMap<FlowNode, { size?: Size; node: FlowNode }>());
  const nodes = useMemo(
    () =>
      drawn.nodes.map(node => {
        const measured = sizes.get(node.id);
        const position = dragged.get(node.id);
        const size = resized.get(node.id);
        if (position || size) {
          const known = measured && { measured, handles: undefined };
          return { ...node, ...known, ...(position && { position }), ...size } as FlowNode;
        }
        if (!measured) {
          return node;
        }
        const before = shown.current.get(node);
        if (before?.size === measured) {
          return before.node;
        }
        // What was only estimated before.
        const { handles: _, ...drawnNode } = node;
        const made = { ...drawnNode, measured } as FlowNode;
        shown.current.set(node, { size: measured, node: made });
        return made;
      }),
    [drawn, dragged, resized, sizes]
  );
  const edges = useMemo(
    () =>
      chosenEdges.size === 0
        ? [...drawn.edges]
        : drawn.edges.map(edge => (chosenEdges.has(edge.id) ? { ...edge, selected: true } : edge)),
    [drawn, chosenEdges]
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const ids = new Set(selection.ids);
      const moved = new Map<string, Position>();
      const measured = new Map<string, Size>();
      const stretched = new Map<string, Size>();
      let dropped = false;
      let released = false;
      for (const change of changes) {
        if (change.type === 'select') {
          ids[change.selected ? 'add' : 'delete'](change.id);
        } else if (change.type === 'position' && change.position) {
          moved.set(change.id, change.position);
          dropped ||= change.dragging === false;
        } else if (change.type === 'dimensions' && change.dimensions) {
          measured.set(change.id, change.dimensions);
          if (change.resizing) {
            stretched.set(change.id, change.dimensions);
          }
          released ||= change.resizing === false;
        }
      }
      selection.set([...ids]);
      if (measured.size > 0) {
        setSizes(before => new Map([...before, ...measured]));
      }
      if (readOnly) {
        return;
      }
      if (stretched.size > 0 || released) {
        // What a resized note ends as is told by the note itself.
        setResized(released ? new Map() : stretched);
        setDragged(released ? new Map() : moved);
      } else if (moved.size > 0) {
        if (dropped) {
          setDragged(new Map());
          level.update(moveItems(new Map([...moved].map(([id, place]) => [id, rounded(place)]))));
        } else {
          setDragged(before => new Map([...before, ...moved]));
        }
      }
    },
    [selection, level, readOnly]
  );

  const onEdgesChange = useCallback((changes: EdgeChange[]) => {
    setChosenEdges(before => {
      const next = new Set(before);
      for (const change of changes) {
        if (change.type === 'select') {
          next[change.selected ? 'add' : 'delete'](change.id);
        }
      }
      return next;
    });
  }, []);

  const onDelete = useCallback(
    ({ nodes: gone, edges: cut }: { nodes: FlowNode[]; edges: Edge[] }) => {
      if (!readOnly) {
        const lines = cut.map(edge => disconnect(connectionOf(edge.id)));
        level.update(inTurn(removeItems(gone.map(node => node.id)), ...lines));
      }
    },
    [level, readOnly]
  );

  useEffect(() => {
    const there = new Set(drawn.edges.map(edge => edge.id));
    setChosenEdges(before =>
      [...before].every(id => there.has(id))
        ? before
        : new Set([...before].filter(id => there.has(id)))
    );
  }, [drawn]);

  return { nodes, edges, onNodesChange, onEdgesChange, onDelete };
}

function rounded({ x, y }: Position): Position {
  return { x: Math.round(x), y: Math.round(y) };
}
