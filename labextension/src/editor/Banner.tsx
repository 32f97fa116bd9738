/** What keeps somebody from working on as usual, above the canvas, with the one action that helps. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { useSignal } from '../components/useSignal';
import type { PlanMonitor } from '../document/planMonitor';
import type { RunMonitor } from '../document/runMonitor';
import type { Events } from '../services/events';
import type { RunSummary } from '../services/runs';

export interface BannerProps {
  readonly readOnly: boolean;
  readonly events: Events;
  readonly monitor: RunMonitor;
  readonly plan: PlanMonitor;
  readonly trans: TranslationBundle;
  readonly onClone: (run: RunSummary) => void;
}

export function Banner(props: BannerProps): JSX.Element | null {
  const { readOnly, events, monitor, plan, trans, onClone } = props;
  const trouble = useSignal(plan.changed, () => plan.trouble);
  const isLost = useSignal(events.connected, () => events.isLost);
  const run = useSignal(monitor.changed, () => monitor.run);
  return (
    <>
      {isLost && trouble === null ? (
        <div className="jp-plynx-Banner jp-mod-warning" role="alert">
          {trans.__(
            'The server does not answer. You can go on editing; running and saving work again when it is back.'
          )}
        </div>
      ) : null}
      {trouble !== null ? (
        <div className="jp-plynx-Banner jp-mod-warning" role="alert">
          {trans.__('Graphs cannot be run now, but edited and saved as files: %1', trouble)}
        </div>
      ) : null}
      {readOnly ? (
        <div className="jp-plynx-Banner" role="status">
          <span>{trans.__('This graph can only be looked at.')}</span>
          {run ? (
            <button type="button" className="jp-mod-styled" onClick={() => onClone(run)}>
              {trans.__('Clone to edit')}
            </button>
          ) : null}
        </div>
      ) : null}
    </>
  );
}
