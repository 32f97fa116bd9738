/** How many runs go on, and how busy the workers are; a click shows each worker. */
import { Popup, showPopup } from '@jupyterlab/statusbar';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Poll } from '@lumino/polling';
import { useEffect, useState } from 'react';

import { useSignal } from '../../components/useSignal';
import { graphIcon } from '../../icons';
import type { ActiveRuns } from '../../services/activeRuns';
import type { Rest } from '../../services/request';
import { loadWorkload, type Workload } from '../../services/workers';

const PERIOD = 5000;

export class ClusterStatus extends ReactWidget {
  constructor(
    private readonly _rest: Rest,
    private readonly _active: ActiveRuns,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-plynx-ClusterStatus');
    this.addClass('jp-mod-highlighted');
    this.node.addEventListener('click', () => this.toggle());
  }

  /** Show the workers, or hide them. */
  toggle(): void {
    if (this._popup && !this._popup.isDisposed) {
      this._popup.dispose();
      this._popup = null;
      return;
    }
    const body = ReactWidget.create(<Workers rest={this._rest} trans={this._trans} />);
    this._popup = showPopup({ body, anchor: this, align: 'left' });
  }

  protected render(): JSX.Element {
    return <Summary active={this._active} trans={this._trans} />;
  }

  private _popup: Popup | null = null;
}

function Summary(props: {
  readonly active: ActiveRuns;
  readonly trans: TranslationBundle;
}): JSX.Element {
  const { active, trans } = props;
  const count = useSignal(active.changed, () => active.list.length);
  const told =
    count === 0 ? trans.__('No runs') : trans._n('%1 run goes on', '%1 runs go on', count);
  return (
    <button type="button" title={trans.__('PLynx: %1. Click for the workers.', told)}>
      <graphIcon.react tag="span" elementSize="normal" />
      <span>{count}</span>
    </button>
  );
}

function Workers(props: { readonly rest: Rest; readonly trans: TranslationBundle }): JSX.Element {
  const { rest, trans } = props;
  const [workload, setWorkload] = useState<Workload | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    // It is asked only while somebody looks.
    const poll = new Poll({
      auto: true,
      factory: async () => {
        setWorkload(await loadWorkload(rest));
        setProblem('');
      },
      frequency: { interval: PERIOD, backoff: true },
      standby: 'when-hidden'
    });
    poll.ticked.connect((_, { phase, payload }) => {
      if (phase === 'rejected') {
        setProblem(payload instanceof Error ? payload.message : String(payload));
      }
    });
    return () => poll.dispose();
  }, [rest]);
  if (problem) {
    return (
      <div className="jp-plynx-Workers" role="alert">
        {problem}
      </div>
    );
  }
  if (!workload) {
    return <div className="jp-plynx-Workers">{trans.__('Asking…')}</div>;
  }
  const { workers, slots, running_count, queued_count } = workload;
  return (
    <div className="jp-plynx-Workers">
      <h3>{trans.__('PLynx workers')}</h3>
      <p>
        {trans.__('%1 of %2 slots are busy, %3 nodes wait.', running_count, slots, queued_count)}
      </p>
      {workers.length === 0 ? (
        <p>{trans.__('There are no workers yet. They are started with the first run.')}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{trans.__('Worker')}</th>
              <th scope="col">{trans.__('Slots')}</th>
              <th scope="col">{trans.__('Memory')}</th>
              <th scope="col">{trans.__('Runs')}</th>
            </tr>
          </thead>
          <tbody>
            {workers.map(worker => (
              <tr key={worker.address}>
                <td title={worker.address}>{worker.name}</td>
                <td>{worker.slots}</td>
                <td>{memory(worker.used_bytes, worker.memory_bytes)}</td>
                <td>{worker.running.map(node => node.title).join(', ') || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function memory(used: number | null, most: number): string {
  const shown = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  return [used === null ? '' : shown(used), most > 0 ? shown(most) : '']
    .filter(Boolean)
    .join(' / ');
}
