/** Lines are drawn by hand: which ends go together, and what happens where one is let go. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Connection as FlowConnection, Edge, OnConnectEnd } from '@xyflow/react';
import { useCallback, useRef } from 'react';

import type { GraphLevel } from '../document/graphLevel';
import { type Connection, type End, refusalOf } from '../model/connection';
import { connect, type Position } from '../model/edits';
import { refusalText } from './refusalText';

export interface ConnectingProps {
  readonly level: GraphLevel;
  readonly trans: TranslationBundle;
  readonly onRefused: (why: string) => void;
  readonly onAdd: (at: Position, from?: End) => void;
}

export function useConnecting({ level, trans, onRefused, onAdd }: ConnectingProps) {
  const wish = useRef<Connection | null>(null);
  const isValid = useCallback(
    (found: FlowConnection | Edge) => {
      wish.current = named(found);
      return wish.current !== null && refusalOf(level.graph, wish.current) === null;
    },
    [level]
  );
  const onConnect = useCallback(
    (found: FlowConnection) => {
      const connection = named(found);
      if (connection) {
        level.update(connect(connection));
      }
    },
    [level]
  );
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      const refusal = wish.current && refusalOf(level.graph, wish.current);
      wish.current = null;
      if (state.toHandle) {
        if (state.isValid === false && refusal) {
          onRefused(refusalText(refusal, trans));
        }
        return;
      }
      const { fromHandle } = state;
      // Let go where there is no node: what could stand here?
      if (fromHandle?.id && !state.toNode) {
        const side = fromHandle.type === 'source' ? 'output' : 'input';
        onAdd(placeOf(event), { node: fromHandle.nodeId, port: fromHandle.id, side });
      }
    },
    [level, trans, onRefused, onAdd]
  );
  return { isValid, onConnect, onConnectEnd };
}

function placeOf(event: MouseEvent | TouchEvent): Position {
  const point = 'changedTouches' in event ? event.changedTouches[0] : event;
  return { x: point?.clientX ?? 0, y: point?.clientY ?? 0 };
}

function named(found: FlowConnection | Edge): Connection | null {
  const { source, sourceHandle, target, targetHandle } = found;
  return source && target && sourceHandle && targetHandle
    ? { source, output: sourceHandle, target, input: targetHandle }
    : null;
}
