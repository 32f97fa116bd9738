/** The drawer below the canvas: what the selected node printed and made. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type KeyboardEvent, useId, useState, useSyncExternalStore } from 'react';

import type { GraphLevel } from '../../document/graphLevel';
import type { RunView } from '../../document/levelRun';
import type { Selection } from '../../document/selection';
import { nodeOf } from '../../model/graph';
import type { Resources } from '../../services/resources';
import { LogsTab } from './LogsTab';
import { PreviewTab } from './PreviewTab';

export interface DrawerProps {
  readonly level: GraphLevel;
  readonly selection: Selection;
  readonly run: RunView;
  readonly resources: Resources;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

type Tab = 'logs' | 'preview';
const TABS: readonly Tab[] = ['logs', 'preview'];

export function Drawer(props: DrawerProps): JSX.Element {
  const { level, selection, run, trans } = props;
  const id = useId();
  const [open, setOpen] = useState<Tab | null>(null);
  const ids = useSyncExternalStore(
    listen => {
      selection.changed.connect(listen);
      return () => {
        selection.changed.disconnect(listen);
      };
    },
    () => selection.ids
  );
  const [only, another] = ids;
  const nodeId = another === undefined ? only : undefined;
  const state = useSyncExternalStore(
    listen => {
      run.changed.connect(listen);
      return () => {
        run.changed.disconnect(listen);
      };
    },
    () => (nodeId === undefined ? undefined : run.stateOf(nodeId))
  );
  const labels: Readonly<Record<Tab, string>> = {
    logs: trans.__('Logs'),
    preview: trans.__('Preview')
  };
  const move = (event: KeyboardEvent<HTMLButtonElement>, tab: Tab) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0) {
      const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length];
      if (next) {
        setOpen(next);
        document.getElementById(`${id}-${next}`)?.focus();
      }
    }
  };
  return (
    <div className="jp-plynx-Drawer" data-open={open !== null}>
      <div className="jp-plynx-Drawer-tabs" role="tablist" aria-label={trans.__('Results')}>
        {TABS.map(tab => (
          <button
            key={tab}
            id={`${id}-${tab}`}
            type="button"
            role="tab"
            aria-selected={open === tab}
            aria-controls={`${id}-panel`}
            tabIndex={open === tab || (open === null && tab === 'logs') ? 0 : -1}
            onClick={() => setOpen(open === tab ? null : tab)}
            onKeyDown={event => move(event, tab)}
          >
            {labels[tab]}
          </button>
        ))}
        {nodeId !== undefined && open ? (
          <span className="jp-plynx-Drawer-node">{nodeOf(level.graph, nodeId)?.title}</span>
        ) : null}
      </div>
      {open ? (
        <div
          id={`${id}-panel`}
          className="jp-plynx-Drawer-panel"
          role="tabpanel"
          aria-labelledby={`${id}-${open}`}
        >
          {nodeId === undefined ? (
            <p className="jp-plynx-Drawer-hint">{trans.__('Select a node to see what it did.')}</p>
          ) : open === 'logs' ? (
            <LogsTab {...props} key={nodeId} nodeId={nodeId} state={state} />
          ) : (
            <PreviewTab {...props} key={nodeId} state={state} />
          )}
        </div>
      ) : null}
    </div>
  );
}
