/** Runs, newest first, live. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useState } from 'react';

import { StatusBadge, duration } from '../../components/StatusBadge';
import { isFinal } from '../../model/runStatus';
import type { IPlynxServer } from '../../services/plynxServer';
import type { RunSummary } from '../../services/runs';

const MOST = 50;

export interface RunListProps {
  readonly server: IPlynxServer;
  readonly trans: TranslationBundle;
  readonly onOpen: (run: RunSummary) => void;
}

export function RunList({ server, trans, onOpen }: RunListProps): JSX.Element {
  const [runs, setRuns] = useState<readonly RunSummary[]>([]);
  const [problem, setProblem] = useState('');
  const [now, setNow] = useState(Date.now);

  useEffect(() => {
    let isCurrent = true;
    const read = () => {
      server.runs.newest(undefined, MOST).then(
        found => {
          if (isCurrent) {
            setRuns(found);
            setProblem('');
          }
        },
        (error: unknown) => {
          if (isCurrent) {
            setProblem(error instanceof Error ? error.message : String(error));
          }
        }
      );
    };
    const hear = (_: unknown, { run }: { run: RunSummary }) => {
      setRuns(before =>
        [run, ...before.filter(found => found._id !== run._id)].sort(byTime).slice(0, MOST)
      );
    };
    const connected = (_: unknown, isThere: boolean) => {
      if (isThere) {
        read();
      }
    };
    server.events.runs.connect(hear);
    server.events.connected.connect(connected);
    server.events.followAll();
    read();
    return () => {
      isCurrent = false;
      server.events.runs.disconnect(hear);
      server.events.connected.disconnect(connected);
    };
  }, [server]);

  const isActive = runs.some(run => !isFinal(run.status));
  useEffect(() => {
    if (!isActive) {
      return undefined;
    }
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [isActive]);

  if (problem) {
    return (
      <div className="jp-plynx-Sidebar-problem" role="alert">
        {problem}
      </div>
    );
  }
  if (runs.length === 0) {
    return (
      <p className="jp-plynx-Sidebar-hint">{trans.__('No runs yet. Open a graph and run it.')}</p>
    );
  }
  return (
    <ul className="jp-plynx-RunList">
      {runs.map(run => (
        <li key={run._id}>
          <button type="button" onClick={() => onOpen(run)} title={exactTime(run)}>
            <span className="jp-plynx-RunList-title">{run.title || trans.__('Untitled')}</span>
            <StatusBadge status={run.status} detail={told(run, now)} trans={trans} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function byTime(one: RunSummary, other: RunSummary): number {
  return other.created_at.localeCompare(one.created_at);
}

function told(run: RunSummary, now: number): string {
  if (!run.started_at) {
    return '';
  }
  const end = run.finished_at ? Date.parse(run.finished_at) : now;
  return `${duration(Math.max(0, (end - Date.parse(run.started_at)) / 1000))} · ${run.author}`;
}

function exactTime(run: RunSummary): string {
  return new Date(run.created_at).toLocaleString();
}
