/** What a node printed: live while it runs, from the store afterwards; always only the end of it. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useMemo, useRef, useState } from 'react';

import type { RunView } from '../../document/levelRun';
import { isFinal, type NodeRunState } from '../../model/runStatus';
import type { Resources } from '../../services/resources';
import { MimeView } from './MimeView';

const TAIL = 200_000;
const PAUSE = 150;
const NEAR_END = 40;

export interface LogsTabProps {
  readonly nodeId: string;
  readonly state: NodeRunState | undefined;
  readonly run: RunView;
  readonly resources: Resources;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

export function LogsTab(props: LogsTabProps): JSX.Element {
  const { nodeId, state, run, resources, rendermime, trans } = props;
  const live = useLive(run, nodeId);
  const stored = useStored(state, resources, trans);
  const isOver = isFinal(state?.status);
  const text = isOver && stored !== null ? stored : live;
  const data = useMemo(() => ({ 'application/vnd.jupyter.stdout': text }), [text]);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const { error } = state ?? {};
  if (!state) {
    return <p className="jp-plynx-Drawer-hint">{trans.__('This node was not run yet.')}</p>;
  }
  return (
    <div
      ref={box}
      className="jp-plynx-Logs"
      tabIndex={0}
      role="log"
      aria-label={trans.__('Log')}
      onScroll={() => {
        const { current } = box;
        if (current) {
          const below = current.scrollHeight - current.scrollTop - current.clientHeight;
          isAtEnd.current = below < NEAR_END;
        }
      }}
    >
      {error?.message ? (
        <pre className="jp-plynx-Inspector-error">{error.traceback || error.message}</pre>
      ) : null}
      {text ? (
        <MimeView
          data={data}
          rendermime={rendermime}
          onRendered={() => {
            if (isAtEnd.current && box.current) {
              box.current.scrollTop = box.current.scrollHeight;
            }
          }}
        />
      ) : (
        <p className="jp-plynx-Drawer-hint">
          {isOver ? trans.__('It printed nothing.') : trans.__('Nothing was printed yet.')}
        </p>
      )}
    </div>
  );
}

/** What was printed since the node is looked at, gathered a little so that it isn't drawn for each line. */
function useLive(run: RunView, nodeId: string): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let gathered = '';
    let timer = 0;
    setText('');
    const hear = (_: unknown, piece: { nodeId: string; text: string }) => {
      if (piece.nodeId === nodeId) {
        gathered = (gathered + piece.text).slice(-TAIL);
        timer ||= window.setTimeout(() => {
          timer = 0;
          setText(gathered);
        }, PAUSE);
      }
    };
    run.logged.connect(hear);
    return () => {
      run.logged.disconnect(hear);
      window.clearTimeout(timer);
    };
  }, [run, nodeId]);
  return text;
}

/** The ends of the stored logs of a node that is over; null until they are there. */
function useStored(
  state: NodeRunState | undefined,
  resources: Resources,
  trans: TranslationBundle
): string | null {
  const [text, setText] = useState<string | null>(null);
  const stored = ['stdout', 'stderr'].flatMap(name =>
    (state?.logs?.[name] ?? []).map(resource => ({ name, resource }))
  );
  const key = stored.map(({ resource }) => resource.digest).join();
  useEffect(() => {
    let isCurrent = true;
    setText(null);
    if (key === '') {
      return undefined;
    }
    const parts = stored.map(async ({ name, resource }) => {
      const { text: end, isWhole } = await resources.tail(resource, TAIL);
      const cut = isWhole ? '' : `${trans.__('… only the end of %1 is shown', name)}\n`;
      return end ? `${cut}${end}` : '';
    });
    Promise.all(parts).then(
      found => isCurrent && setText(found.filter(Boolean).join('\n')),
      (error: unknown) => isCurrent && setText(String(error))
    );
    return () => {
      isCurrent = false;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the digests say all of what is stored
  }, [key, resources, trans]);
  return text;
}
