/** What the parts of the canvas share. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { createContext, useContext, useSyncExternalStore } from 'react';

import type { RunMonitor } from '../document/runMonitor';
import type { NodeRunState, Progress } from '../model/runStatus';

export interface CanvasContext {
  readonly trans: TranslationBundle;
  readonly monitor: RunMonitor;
}

export const CanvasContext = createContext<CanvasContext | null>(null);

export function useCanvas(): CanvasContext {
  const context = useContext(CanvasContext);
  if (!context) {
    throw new Error('There is no canvas around this.');
  }
  return context;
}

/** The state of a node in the run that is shown. */
export function useNodeRun(id: string): NodeRunState | undefined {
  const { monitor } = useCanvas();
  return useSyncExternalStore(
    listen => listenTo(monitor, listen),
    () => monitor.stateOf(id)
  );
}

/** How far a running node has got. */
export function useProgress(id: string): Progress | undefined {
  const { monitor } = useCanvas();
  return useSyncExternalStore(
    listen => listenTo(monitor, listen),
    () => monitor.progressOf(id)
  );
}

function listenTo(monitor: RunMonitor, listen: () => void): () => void {
  monitor.changed.connect(listen);
  return () => {
    monitor.changed.disconnect(listen);
  };
}
