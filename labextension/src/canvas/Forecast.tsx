/** What a run would do with a node: run it, or restore its result. */
import { useSignal } from '../components/useSignal';
import type { Forecast as NodeForecast } from '../services/runs';
import { useCanvas } from './editorContext';

export function Forecast({ id }: { readonly id: string }): JSX.Element | null {
  const { plan, level, run, trans } = useCanvas();
  const found: NodeForecast | undefined = useSignal(plan?.changed ?? null, () =>
    plan?.of(level.runId(id))
  );
  const state = useSignal(run.changed, () => run.stateOf(id));
  if (!found || (found.action !== 'run' && found.action !== 'restore')) {
    return null;
  }
  const hasResult = state?.status === 'SUCCESS' || state?.status === 'RESTORED';
  if (found.action === 'restore') {
    // That it will be restored goes without saying where the result is shown.
    return hasResult ? null : (
      <span className="jp-plynx-Forecast" title={found.reason}>
        {trans.__('will be restored')}
      </span>
    );
  }
  return (
    <span className="jp-plynx-Forecast jp-mod-run" title={found.reason}>
      {trans.__('will run')}
    </span>
  );
}
