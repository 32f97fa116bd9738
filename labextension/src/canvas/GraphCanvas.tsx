/** The canvas: draws a level of the shared graph and turns what people do on it into edits. */
import {
  Background,
  Controls,
  type Edge,
  MiniMap,
  Panel,
  ReactFlow,
  type ReactFlowInstance,
  ReactFlowProvider,
  type Viewport
} from '@xyflow/react';
import {
  type KeyboardEvent,
  type MouseEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef
} from 'react';

import type { Selection } from '../document/selection';
import type { End } from '../model/connection';
import type { Position } from '../model/edits';
import { Breadcrumb } from './Breadcrumb';
import { useDistance } from './distance';
import { CanvasContext } from './editorContext';
import { NoteNode } from './NoteNode';
import { OperationNode } from './OperationNode';
import type { FlowNode } from './toFlow';
import { useConnecting } from './useConnecting';
import { useDrawing } from './useDrawing';

const MINI_MAP = { width: 150, height: 100 };

const NODE_TYPES = { 'plynx-operation': OperationNode, 'plynx-note': NoteNode };

/** A graph of more nodes is drawn without the overview, which draws each of them once more. */
const MOST_IN_OVERVIEW = 2000;

export const FIT = { maxZoom: 1, padding: 0.15 };

export type Flow = ReactFlowInstance<FlowNode, Edge>;

export interface GraphCanvasProps extends CanvasContext {
  readonly selection: Selection;
  /** Told why a connection was refused. */
  readonly onRefused: (why: string) => void;
  readonly onReady: (flow: Flow) => void;
  /** Names the document in this tab of the browser, where its view is remembered. */
  readonly viewKey: string;
  /** Told that somebody wants to see the properties of what is selected. */
  readonly onInspect: () => void;
  /** Told that somebody wants to add something: where (on the page), and what it is to be connected with. */
  readonly onAdd: (at: Position, from?: End) => void;
}

export function GraphCanvas(props: GraphCanvasProps): JSX.Element {
  const { trans, level, run, resources, plan, readOnly, kinds } = props;
  const context = useMemo(
    () => ({ trans, level, run, resources, plan, readOnly, kinds }),
    [trans, level, run, resources, plan, readOnly, kinds]
  );
  return (
    <CanvasContext.Provider value={context}>
      <ReactFlowProvider>
        <Canvas {...props} />
      </ReactFlowProvider>
    </CanvasContext.Provider>
  );
}

function Canvas(props: GraphCanvasProps): JSX.Element {
  const { level, selection, readOnly, trans, onReady, onInspect, onAdd, viewKey } = props;
  const flow = useRef<Flow | null>(null);
  const distance = useDistance();
  const drawing = useDrawing(level, selection, readOnly);
  const connecting = useConnecting(props);

  const remembered = useMemo(() => readView(viewKey), [viewKey]);
  const onMoveEnd = useCallback(
    (_: unknown, view: Viewport) => {
      if (level.path.length === 0) {
        window.sessionStorage.setItem(viewKey, JSON.stringify(view));
      }
    },
    [level, viewKey]
  );

  // Another level begins with all of it in view.
  useEffect(() => {
    const fit = () => {
      requestAnimationFrame(() => void flow.current?.fitView(FIT));
    };
    level.opened.connect(fit);
    return () => {
      level.opened.disconnect(fit);
    };
  }, [level]);

  const onInit = useCallback(
    (made: Flow) => {
      flow.current = made;
      onReady(made);
    },
    [onReady]
  );
  const open = (_: MouseEvent, node: FlowNode) => {
    if (node.type === 'plynx-operation' && !level.enter(node.id)) {
      onInspect();
    }
  };
  const onDoubleClick = (event: MouseEvent) => {
    if (!readOnly && (event.target as Element).classList.contains('react-flow__pane')) {
      onAdd({ x: event.clientX, y: event.clientY });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Only keys of the node itself: those of a field inside it are the field's.
    const focused = event.target as Element;
    const id = focused.classList.contains('react-flow__node')
      ? focused.getAttribute('data-id')
      : null;
    // React Flow selects with Enter; on what is selected already it opens.
    if (event.key === 'Enter' && id && selection.ids.includes(id) && plain(event)) {
      event.preventDefault();
      event.stopPropagation();
      onInspect();
    }
  };

  return (
    <div
      className="jp-plynx-Canvas"
      data-distance={distance}
      onDoubleClick={onDoubleClick}
      onKeyDownCapture={onKeyDown}
    >
      <ReactFlow
        nodes={drawing.nodes}
        edges={drawing.edges}
        nodeTypes={NODE_TYPES}
        onNodesChange={drawing.onNodesChange}
        onEdgesChange={drawing.onEdgesChange}
        onDelete={drawing.onDelete}
        onConnect={connecting.onConnect}
        onConnectEnd={connecting.onConnectEnd}
        isValidConnection={connecting.isValid}
        onNodeDoubleClick={open}
        zoomOnDoubleClick={false}
        nodesDraggable={!readOnly}
        nodesConnectable={!readOnly}
        deleteKeyCode={readOnly ? null : ['Delete', 'Backspace']}
        onInit={onInit}
        onlyRenderVisibleElements
        onMoveEnd={onMoveEnd}
        {...(remembered ? { defaultViewport: remembered } : { fitView: true, fitViewOptions: FIT })}
        minZoom={0.05}
        maxZoom={2}
        snapToGrid
        snapGrid={[10, 10]}
        proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{
          'node.a11yDescription.default': trans.__(
            'Press Enter to select the node, and once more to see its properties; move it with the arrow keys.'
          ),
          'edge.a11yDescription.default': trans.__(
            'Press Enter to select the connection, and Delete to remove it.'
          )
        }}
      >
        <Background gap={20} size={1} />
        <Controls showInteractive={false} />
        {drawing.nodes.length <= MOST_IN_OVERVIEW ? (
          <MiniMap
            pannable
            zoomable
            style={MINI_MAP}
            ariaLabel={trans.__('Overview of the graph')}
          />
        ) : null}
        <Breadcrumb />
        {drawing.nodes.length === 0 ? (
          <Panel position="top-center" className="jp-plynx-Canvas-hint">
            {readOnly
              ? trans.__('There is nothing in this graph.')
              : trans.__(
                  'Press / or double-click to add an operation. Notebooks, scripts and data can be dragged here from the file browser.'
                )}
          </Panel>
        ) : null}
      </ReactFlow>
    </div>
  );
}

/** The part of the graph that was looked at before the page was loaded again. */
function readView(key: string): Viewport | null {
  try {
    const view = JSON.parse(window.sessionStorage.getItem(key) ?? 'null') as Viewport | null;
    return view && [view.x, view.y, view.zoom].every(Number.isFinite) ? view : null;
  } catch {
    return null;
  }
}

function plain(event: KeyboardEvent): boolean {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
}
