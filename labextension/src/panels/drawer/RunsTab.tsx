/** The runs of this graph: look at one on the canvas, or at what differs between two. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useState } from 'react';

import { duration, StatusBadge } from '../../components/StatusBadge';
import { useSignal } from '../../components/useSignal';
import type { RunMonitor } from '../../document/runMonitor';
import { isFinal } from '../../model/runStatus';
import type { Comparison, Runs, RunSummary } from '../../services/runs';
import { ComparedRuns } from './ComparedRuns';

const MOST = 50;

export interface RunsTabProps {
  readonly graphId: string;
  readonly monitor: RunMonitor;
  readonly runs: Runs;
  readonly trans: TranslationBundle;
  readonly onClone: (run: RunSummary) => void;
}

export function RunsTab(props: RunsTabProps): JSX.Element {
  const { graphId, monitor, runs, trans, onClone } = props;
  const shown = useSignal(monitor.changed, () => monitor.run);
  const [found, setFound] = useState<readonly RunSummary[] | null>(null);
  const [problem, setProblem] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [comparison, setComparison] = useState<Comparison | null>(null);

  useEffect(() => {
    let isCurrent = true;
    runs.newest(graphId, MOST).then(
      list => {
        if (isCurrent) {
          setFound(list);
          setProblem('');
        }
      },
      (error: unknown) => isCurrent && setProblem(told(error))
    );
    return () => {
      isCurrent = false;
    };
  }, [runs, graphId, shown?._id, shown?.status]);

  const compare = async () => {
    try {
      // The older one first: what became of it is asked for.
      const ordered = (found ?? []).map(run => run._id).filter(id => chosen.includes(id));
      setComparison(await runs.compare(ordered.reverse()));
    } catch (error) {
      setProblem(told(error));
    }
  };
  if (comparison) {
    return (
      <ComparedRuns comparison={comparison} trans={trans} onClose={() => setComparison(null)} />
    );
  }
  if (problem) {
    return (
      <p className="jp-plynx-Sidebar-problem" role="alert">
        {problem}
      </p>
    );
  }
  if (found?.length === 0) {
    return <p className="jp-plynx-Drawer-hint">{trans.__('This graph was not run yet.')}</p>;
  }
  return (
    <div className="jp-plynx-Runs">
      <div className="jp-plynx-Runs-bar">
        <button
          type="button"
          className="jp-mod-styled"
          disabled={chosen.length !== 2}
          onClick={() => void compare()}
        >
          {trans.__('Compare')}
        </button>
        <span>{trans.__('Tick two runs to see what differs between them.')}</span>
      </div>
      <table>
        <tbody>
          {found?.map(run => (
            <tr key={run._id} data-shown={run._id === shown?._id}>
              <td>
                <input
                  type="checkbox"
                  aria-label={trans.__('Compare run %1', run._id.slice(-6))}
                  checked={chosen.includes(run._id)}
                  onChange={event =>
                    setChosen(
                      event.target.checked
                        ? [...chosen, run._id].slice(-2)
                        : chosen.filter(id => id !== run._id)
                    )
                  }
                />
              </td>
              <td>
                <button
                  type="button"
                  className="jp-plynx-Runs-open"
                  aria-current={run._id === shown?._id}
                  title={trans.__('Show this run on the graph')}
                  onClick={() => void monitor.show(run._id)}
                >
                  {new Date(run.created_at).toLocaleString()}
                </button>
              </td>
              <td>
                <StatusBadge
                  status={run._id === shown?._id ? shown.status : run.status}
                  detail={tookOf(run)}
                  trans={trans}
                />
              </td>
              <td>{run.author}</td>
              <td>
                <button
                  type="button"
                  className="jp-plynx-Runs-open"
                  title={trans.__('Open the graph as it was in this run, as a new document')}
                  onClick={() => onClone(run)}
                >
                  {trans.__('Clone')}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tookOf(run: RunSummary): string | undefined {
  return run.started_at && run.finished_at && isFinal(run.status)
    ? duration((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000)
    : undefined;
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
