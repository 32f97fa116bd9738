/** The canvas: draws the shared graph and turns what people do on it into edits. */
import {
  Background,
  type Connection as FlowConnection,
  Controls,
  type Edge,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  ReactFlowProvider,
  type ReactFlowInstance
} from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';

import type { Selection } from '../document/selection';
import type { SharedGraph } from '../document/sharedGraph';
import { type Connection, refusalOf } from '../model/connection';
import { connect, disconnect, moveNodes, type Position, removeNodes } from '../model/edits';
import { CanvasContext } from './editorContext';
import { OperationNode } from './OperationNode';
import { refusalText } from './refusalText';
import { connectionOf, type Drawn, type OperationFlowNode, toFlow } from './toFlow';

const MINI_MAP = { width: 150, height: 100 };
const NODE_TYPES = { 'plynx-operation': OperationNode };

export type Flow = ReactFlowInstance<OperationFlowNode, Edge>;

export interface GraphCanvasProps extends CanvasContext {
  readonly graph: SharedGraph;
  readonly selection: Selection;
  readonly readOnly: boolean;
  /** Told why a connection was refused. */
  readonly onRefused: (why: string) => void;
  readonly onReady: (flow: Flow) => void;
  /** Told that somebody wants to see the properties of what is selected. */
  readonly onInspect: () => void;
}

export function GraphCanvas(props: GraphCanvasProps): JSX.Element {
  const { trans, monitor } = props;
  const context = useMemo(() => ({ trans, monitor }), [trans, monitor]);
  return (
    <CanvasContext.Provider value={context}>
      <ReactFlowProvider>
        <Canvas {...props} />
      </ReactFlowProvider>
    </CanvasContext.Provider>
  );
}

function Canvas(props: GraphCanvasProps): JSX.Element {
  const { graph: shared, selection, readOnly, trans, onRefused, onReady, onInspect } = props;
  const graph = useSyncExternalStore(
    listen => {
      shared.changed.connect(listen);
      return () => {
        shared.changed.disconnect(listen);
      };
    },
    () => shared.graph
  );
  const selected = useSyncExternalStore(
    listen => {
      selection.changed.connect(listen);
      return () => {
        selection.changed.disconnect(listen);
      };
    },
    () => selection.ids
  );
  const [chosenEdges, setChosenEdges] = useState<ReadonlySet<string>>(new Set());
  // Where nodes are while they are dragged: the document hears of it when they are let go.
  const [dragged, setDragged] = useState<ReadonlyMap<string, Position>>(new Map());
  const [sizes, setSizes] = useState<ReadonlyMap<string, { width: number; height: number }>>(
    new Map()
  );
  const last = useRef<Drawn>();
  const drawn = useMemo(() => {
    last.current = toFlow(graph, new Set(selected), last.current);
    return last.current;
  }, [graph, selected]);
  const nodes = useMemo(
    () =>
      drawn.nodes.map(node => {
        const measured = sizes.get(node.id);
        const position = dragged.get(node.id);
        return measured || position
          ? { ...node, ...(measured ? { measured } : {}), ...(position ? { position } : {}) }
          : node;
      }),
    [drawn, dragged, sizes]
  );
  const edges = useMemo(
    () => drawn.edges.map(edge => (chosenEdges.has(edge.id) ? { ...edge, selected: true } : edge)),
    [drawn, chosenEdges]
  );

  const onNodesChange = useCallback(
    (changes: NodeChange<OperationFlowNode>[]) => {
      const ids = new Set(selection.ids);
      const moved = new Map<string, Position>();
      const measured = new Map<string, { width: number; height: number }>();
      let dropped = false;
      for (const change of changes) {
        if (change.type === 'select') {
          ids[change.selected ? 'add' : 'delete'](change.id);
        } else if (change.type === 'position' && change.position) {
          moved.set(change.id, change.position);
          dropped ||= !change.dragging;
        } else if (change.type === 'dimensions' && change.dimensions) {
          measured.set(change.id, change.dimensions);
        }
      }
      selection.set([...ids]);
      if (measured.size > 0) {
        setSizes(before => new Map([...before, ...measured]));
      }
      if (moved.size > 0 && !readOnly) {
        if (dropped) {
          setDragged(new Map());
          shared.update(moveNodes(new Map([...moved].map(([id, place]) => [id, rounded(place)]))));
        } else {
          setDragged(before => new Map([...before, ...moved]));
        }
      }
    },
    [selection, shared, readOnly]
  );

  const wish = useRef<Connection | null>(null);
  const isValid = useCallback(
    (found: FlowConnection | Edge) => {
      wish.current = named(found);
      return wish.current !== null && refusalOf(shared.graph, wish.current) === null;
    },
    [shared]
  );
  const onConnect = useCallback(
    (found: FlowConnection) => {
      const connection = named(found);
      if (connection) {
        shared.update(connect(connection));
      }
    },
    [shared]
  );
  const onConnectEnd: OnConnectEnd = useCallback(
    (_, state) => {
      const refusal = wish.current && refusalOf(shared.graph, wish.current);
      if (state.toHandle && state.isValid === false && refusal) {
        onRefused(refusalText(refusal, trans));
      }
      wish.current = null;
    },
    [shared, trans, onRefused]
  );

  useEffect(() => {
    const there = new Set(drawn.edges.map(edge => edge.id));
    setChosenEdges(before => new Set([...before].filter(id => there.has(id))));
  }, [drawn]);

  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      onNodesChange={onNodesChange}
      onEdgesChange={changes =>
        setChosenEdges(before => {
          const next = new Set(before);
          for (const change of changes) {
            if (change.type === 'select') {
              next[change.selected ? 'add' : 'delete'](change.id);
            }
          }
          return next;
        })
      }
      onDelete={({ nodes: gone, edges: cut }) => {
        if (!readOnly) {
          const ids = gone.map(node => node.id);
          const kept = cut.map(edge => connectionOf(edge.id));
          shared.update(before =>
            kept.reduce((after, line) => disconnect(line)(after), removeNodes(ids)(before))
          );
        }
      }}
      onConnect={onConnect}
      onNodeDoubleClick={onInspect}
      zoomOnDoubleClick={false}
      onConnectEnd={onConnectEnd}
      isValidConnection={isValid}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      deleteKeyCode={readOnly ? null : ['Delete', 'Backspace']}
      onInit={onReady}
      onlyRenderVisibleElements
      fitView
      fitViewOptions={{ maxZoom: 1, padding: 0.15 }}
      minZoom={0.1}
      maxZoom={2}
      snapToGrid
      snapGrid={[10, 10]}
      proOptions={{ hideAttribution: true }}
      ariaLabelConfig={{
        'node.a11yDescription.default': trans.__('Press enter to select the node.')
      }}
    >
      <Background gap={20} size={1} />
      <Controls showInteractive={false} />
      <MiniMap pannable zoomable style={MINI_MAP} ariaLabel={trans.__('Overview of the graph')} />
    </ReactFlow>
  );
}

function rounded({ x, y }: Position): Position {
  return { x: Math.round(x), y: Math.round(y) };
}

function named(found: FlowConnection | Edge): Connection | null {
  const { source, sourceHandle, target, targetHandle } = found;
  return source && target && sourceHandle && targetHandle
    ? { source, output: sourceHandle, target, input: targetHandle }
    : null;
}
