/** A status as icon, text and colour. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { NodeStatus, RunStatus } from '../model/runStatus';

const SIGNS: Readonly<Record<string, string>> = {
  SUCCESS: '✓',
  RESTORED: '↺',
  RUNNING: '◐',
  IN_QUEUE: '…',
  FAILED: '✗',
  FAILED_WAITING: '✗',
  CANCELED: '⊘',
  CREATED: '○',
  READY: '○',
  STATIC: '▪',
  SPECIAL: '▪'
};

export function statusText(status: NodeStatus | RunStatus, trans: TranslationBundle): string {
  switch (status) {
    case 'SUCCESS':
      return trans.__('Done');
    case 'RESTORED':
      return trans.__('Restored');
    case 'RUNNING':
      return trans.__('Running');
    case 'IN_QUEUE':
      return trans.__('Waiting');
    case 'FAILED':
      return trans.__('Failed');
    case 'FAILED_WAITING':
      return trans.__('Failed, the rest goes on');
    case 'CANCELED':
      return trans.__('Canceled');
    case 'STATIC':
      return trans.__('File');
    default:
      return trans.__('Not run');
  }
}

/** Seconds as people read them. */
export function duration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 90) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 90
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function StatusBadge(props: {
  readonly status: NodeStatus | RunStatus;
  readonly detail?: string | undefined;
  readonly trans: TranslationBundle;
}): JSX.Element {
  const { status, detail, trans } = props;
  return (
    <span className="jp-plynx-StatusBadge" data-status={status}>
      <span className="jp-plynx-StatusBadge-sign" aria-hidden>
        {SIGNS[status] ?? '○'}
      </span>
      {statusText(status, trans)}
      {detail ? <span className="jp-plynx-StatusBadge-detail">{detail}</span> : null}
    </span>
  );
}
