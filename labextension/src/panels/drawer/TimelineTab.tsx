/** The run as a chart: which node ran when, and for how long. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type CSSProperties, useEffect, useMemo, useState } from 'react';

import { duration, statusText } from '../../components/StatusBadge';
import { useSignal } from '../../components/useSignal';
import type { RunMonitor } from '../../document/runMonitor';
import { isFinal } from '../../model/runStatus';
import { type Bar, timelineOf } from '../../model/timeline';

const ROW = 22;
const SPARE = 10;

export interface TimelineTabProps {
  readonly monitor: RunMonitor;
  readonly titles: ReadonlyMap<string, string>;
  readonly trans: TranslationBundle;
  readonly onReveal: (runId: string) => void;
}

export function TimelineTab(props: TimelineTabProps): JSX.Element {
  const { monitor, titles, trans, onReveal } = props;
  const run = useSignal(monitor.changed, () => monitor.run);
  const isOver = run === null || isFinal(run.status);
  const now = useTicking(!isOver);
  const [view, setView] = useState({ top: 0, height: 400 });
  const chart = useMemo(
    () => (run ? timelineOf(run.nodes, run.started_at, now) : null),
    [run, now]
  );
  if (!chart || chart.bars.length === 0) {
    return (
      <p className="jp-plynx-Drawer-hint">
        {trans.__('Run the graph, and here is shown when each node ran.')}
      </p>
    );
  }
  // Only the rows in view are drawn, so that long runs scroll as smoothly as short ones.
  const first = Math.max(0, Math.floor(view.top / ROW) - SPARE);
  const last = Math.ceil((view.top + view.height) / ROW) + SPARE;
  const percent = (seconds: number) => `${(100 * seconds) / chart.seconds}%`;
  return (
    <div
      className="jp-plynx-Timeline"
      tabIndex={0}
      role="region"
      aria-label={trans.__('Timeline of the run')}
      onScroll={({ currentTarget: { scrollTop, clientHeight } }) =>
        setView({ top: scrollTop, height: clientHeight })
      }
    >
      <div className="jp-plynx-Timeline-axis" aria-hidden>
        {chart.ticks.map(tick => (
          <span key={tick} style={{ left: percent(tick) }}>
            {tick === 0 ? '0' : duration(tick)}
          </span>
        ))}
      </div>
      <div className="jp-plynx-Timeline-rows" style={{ height: chart.bars.length * ROW }}>
        {chart.bars.slice(first, last).map((bar, index) => (
          <Row
            key={bar.id}
            bar={bar}
            top={(first + index) * ROW}
            title={titles.get(bar.id) ?? bar.id}
            style={{ left: percent(bar.begin), width: percent(bar.end - bar.begin) }}
            trans={trans}
            onReveal={onReveal}
          />
        ))}
      </div>
    </div>
  );
}

function Row(props: {
  readonly bar: Bar;
  readonly top: number;
  readonly title: string;
  readonly style: CSSProperties;
  readonly trans: TranslationBundle;
  readonly onReveal: (runId: string) => void;
}): JSX.Element {
  const { bar, top, title, style, trans, onReveal } = props;
  const status = statusText(bar.status, trans);
  const took = duration(bar.end - bar.begin);
  return (
    <button
      type="button"
      className="jp-plynx-Timeline-row"
      style={{ top }}
      title={trans.__('%1: %2, began after %3, took %4', title, status, duration(bar.begin), took)}
      onClick={() => onReveal(bar.id)}
    >
      <span className="jp-plynx-Timeline-title">{title}</span>
      <span className="jp-plynx-Timeline-track">
        <span className="jp-plynx-Timeline-bar" data-status={bar.status} style={style} />
      </span>
      <span className="jp-plynx-Timeline-told">
        {bar.status === 'RESTORED' ? status : `${status} · ${took}`}
      </span>
    </button>
  );
}

/** The time, several times a second while `ticking`. */
function useTicking(ticking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) {
      return undefined;
    }
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, [ticking]);
  return now;
}
