/** The drawer below the canvas: what the selected node printed and made, and the run as a whole. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type KeyboardEvent, useId, useMemo } from 'react';

import { useSignal } from '../../components/useSignal';
import type { GraphLevel } from '../../document/graphLevel';
import type { RunView } from '../../document/levelRun';
import type { PlanMonitor } from '../../document/planMonitor';
import type { RunMonitor } from '../../document/runMonitor';
import type { Selection } from '../../document/selection';
import { type Graph, nodeOf } from '../../model/graph';
import { innerNodes, type Path, pathId } from '../../model/nesting';
import type { Problem } from '../../model/problems';
import type { Resources } from '../../services/resources';
import type { Runs, RunSummary } from '../../services/runs';
import { type DrawerState, type Tab, TABS } from './drawerState';
import { LogsTab } from './LogsTab';
import { PreviewTab } from './PreviewTab';
import { ProblemsTab } from './ProblemsTab';
import { RunsTab } from './RunsTab';
import { TimelineTab } from './TimelineTab';

export interface DrawerProps {
  readonly level: GraphLevel;
  readonly selection: Selection;
  readonly run: RunView;
  readonly monitor: RunMonitor;
  readonly plan: PlanMonitor;
  readonly drawer: DrawerState;
  readonly runs: Runs;
  readonly resources: Resources;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
  /** Select a node, by what it is called in a run, and bring it into view. */
  readonly onReveal: (runId: string) => void;
  /** Open the graph of a run as a document of its own. */
  readonly onClone: (run: RunSummary) => void;
  /** Open the notebook of a node as it was executed. */
  readonly onOpenExecuted: (nodeId: string) => void;
}

export function Drawer(props: DrawerProps): JSX.Element {
  const { level, selection, drawer, trans } = props;
  const id = useId();
  const open = useSignal(drawer.changed, () => drawer.tab);
  const graph = useSignal(level.changed, () => level.graph);
  const [only, another] = useSignal(selection.changed, () => selection.ids);
  const node = another === undefined && only !== undefined ? nodeOf(graph, only) : undefined;
  const problems = useProblems(props);
  const labels: Readonly<Record<Tab, string>> = {
    logs: trans.__('Logs'),
    preview: trans.__('Preview'),
    timeline: trans.__('Timeline'),
    problems:
      problems.length > 0 ? trans.__('Problems (%1)', problems.length) : trans.__('Problems'),
    runs: trans.__('Runs')
  };
  const move = (event: KeyboardEvent<HTMLButtonElement>, tab: Tab) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
    if (step !== 0 && next) {
      drawer.open(next);
      document.getElementById(`${id}-${next}`)?.focus();
    }
  };
  return (
    <div className="jp-plynx-Drawer" data-open={open !== null}>
      <div className="jp-plynx-Drawer-tabs">
        <div role="tablist" aria-label={trans.__('Results')}>
          {TABS.map(tab => (
            <button
              key={tab}
              id={`${id}-${tab}`}
              type="button"
              role="tab"
              aria-selected={open === tab}
              aria-controls={`${id}-panel`}
              tabIndex={open === tab || (open === null && tab === 'logs') ? 0 : -1}
              data-problems={tab === 'problems' && problems.length > 0}
              onClick={() => drawer.open(open === tab ? null : tab)}
              onKeyDown={event => move(event, tab)}
            >
              {labels[tab]}
            </button>
          ))}
        </div>
        {node && (open === 'logs' || open === 'preview') ? (
          <span className="jp-plynx-Drawer-node">{node.title}</span>
        ) : null}
      </div>
      <div
        id={`${id}-panel`}
        className="jp-plynx-Drawer-panel"
        role="tabpanel"
        aria-labelledby={`${id}-${open ?? 'logs'}`}
        hidden={open === null}
      >
        {open ? <Content {...props} tab={open} nodeId={node?._id} problems={problems} /> : null}
      </div>
    </div>
  );
}

function Content(
  props: DrawerProps & {
    readonly tab: Tab;
    readonly nodeId: string | undefined;
    readonly problems: readonly Problem[];
  }
): JSX.Element {
  const { tab, nodeId, level, run, trans } = props;
  const whole = useSignal(level.shared.changed, () => level.shared.graph);
  const titles = useMemo(() => new Map(titlesOf(whole, [])), [whole]);
  const state = useSignal(run.changed, () =>
    nodeId === undefined ? undefined : run.stateOf(nodeId)
  );
  switch (tab) {
    case 'timeline':
      return <TimelineTab {...props} titles={titles} />;
    case 'problems':
      return <ProblemsTab {...props} titles={titles} />;
    case 'runs':
      return <RunsTab {...props} graphId={whole._id} />;
    default:
      if (nodeId === undefined) {
        return (
          <p className="jp-plynx-Drawer-hint">{trans.__('Select a node to see what it did.')}</p>
        );
      }
      return tab === 'logs' ? (
        <LogsTab {...props} key={nodeId} nodeId={nodeId} state={state} />
      ) : (
        <PreviewTab
          {...props}
          key={nodeId}
          nodeId={nodeId}
          isNotebook={nodeOf(level.graph, nodeId)?.kind === 'notebook'}
          state={state}
        />
      );
  }
}

/** What is wrong with the graph now, and what failed in the run that is shown. */
function useProblems({ plan, monitor }: DrawerProps): readonly Problem[] {
  const own = useSignal(plan.changed, () => plan.problems);
  const run = useSignal(monitor.changed, () => monitor.run);
  return useMemo(() => {
    const failed = Object.entries(run?.nodes ?? {}).flatMap(([node, { status, error }]) =>
      status === 'FAILED'
        ? [{ node, code: error?.code ?? status, message: error?.message ?? status }]
        : []
    );
    return [...own, ...failed];
  }, [own, run]);
}

/** The titles of all nodes, by what they are called in a run. */
function titlesOf(graph: Graph, path: Path): [string, string][] {
  return graph.nodes.flatMap(node => [
    [pathId(path, node._id), node.title ?? ''] as [string, string],
    ...titlesOf({ _id: node._id, nodes: innerNodes(node) }, [...path, node._id])
  ]);
}
