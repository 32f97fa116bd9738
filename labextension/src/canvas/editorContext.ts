/** What the parts of the canvas share. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { createContext, useContext } from 'react';

import { useSignal } from '../components/useSignal';
import type { GraphLevel } from '../document/graphLevel';
import type { RunView } from '../document/levelRun';
import type { NodeRunState, Progress } from '../model/runStatus';
import type { Resources } from '../services/resources';
import type { Forecast } from '../services/runs';

/** What a run would do, as far as it is known. */
export interface PlanView {
  readonly changed: ISignal<unknown, void>;
  of(nodeId: string): Forecast | undefined;
}

export interface CanvasContext {
  readonly trans: TranslationBundle;
  readonly level: GraphLevel;
  readonly run: RunView;
  readonly resources: Resources;
  readonly plan: PlanView | null;
  readonly readOnly: boolean;
  /** The kinds of operations that are installed; null until that is known. */
  readonly kinds: ReadonlySet<string> | null;
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
  const { run } = useCanvas();
  return useSignal(run.changed, () => run.stateOf(id));
}

/** How far a running node has got. */
export function useProgress(id: string): Progress | undefined {
  const { run } = useCanvas();
  return useSignal(run.changed, () => run.progressOf(id));
}
