/** What a node printed: live while it runs, from the store afterwards; always only the end of it. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';

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
  const whole = ['stdout', 'stderr'].flatMap(name =>
    (state?.logs?.[name] ?? [])
      .filter(resource => resource.size_bytes > 0)
      .map(resource => ({ name, resource }))
  );
  const text = isOver && stored !== null ? stored : live;
  const data = useMemo(() => ({ 'application/vnd.jupyter.stdout': text }), [text]);
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const find = useFinding(box, text);
  const { error } = state ?? {};
  if (!state) {
    return <p className="jp-plynx-Drawer-hint">{trans.__('This node was not run yet.')}</p>;
  }
  return (
    <div className="jp-plynx-LogsTab">
      <div className="jp-plynx-Runs-bar">
        <input
          type="search"
          className="jp-mod-styled"
          data-lm-suppress-shortcuts="true"
          placeholder={trans.__('Search in the log')}
          aria-label={trans.__('Search in the log')}
          value={find.words}
          onChange={event => find.setWords(event.target.value)}
          onKeyDown={event => event.key === 'Enter' && find.step(event.shiftKey ? -1 : 1)}
        />
        {find.words ? (
          <span role="status">
            {find.count === 0
              ? trans.__('not found')
              : trans.__('%1 of %2', find.current + 1, find.count)}
          </span>
        ) : null}
        {whole.map(({ name, resource }) => (
          <a
            key={name}
            href={resources.address(resource, { filename: `${name}.txt` })}
            download={`${name}.txt`}
          >
            {trans.__('Download %1', name)}
          </a>
        ))}
      </div>
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
    </div>
  );
}

const MOST_FOUND = 1000;

/** Looks for words in what is drawn, and marks them with the browser's own highlights: the text stays as it is. */
function useFinding(box: RefObject<HTMLDivElement>, text: string) {
  const [words, setWords] = useState('');
  const [current, setCurrent] = useState(0);
  const [drawn, setDrawn] = useState(0);
  const ranges = useRef<Range[]>([]);
  useEffect(() => {
    // The renderer draws a moment after the text has come.
    const timer = window.setTimeout(() => {
      ranges.current = words && box.current ? rangesOf(box.current, words.toLowerCase()) : [];
      setCurrent(0);
      setDrawn(before => before + 1);
    }, PAUSE);
    return () => window.clearTimeout(timer);
  }, [box, words, text]);
  useEffect(() => {
    const highlights = 'highlights' in CSS ? CSS.highlights : null;
    const [all, one] = [ranges.current, ranges.current[current]];
    highlights?.set('plynx-found', new Highlight(...all));
    highlights?.set('plynx-current', new Highlight(...(one ? [one] : [])));
    one?.startContainer.parentElement?.scrollIntoView({ block: 'nearest' });
    return () => {
      highlights?.delete('plynx-found');
      highlights?.delete('plynx-current');
    };
  }, [current, drawn]);
  const count = ranges.current.length;
  const step = (by: 1 | -1) => {
    if (count > 0) {
      setCurrent((current + by + count) % count);
    }
  };
  return { words, setWords, count, current, step };
}

function rangesOf(box: HTMLElement, lowered: string): Range[] {
  const found: Range[] = [];
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && found.length < MOST_FOUND; node = walker.nextNode()) {
    const held = node.textContent?.toLowerCase() ?? '';
    for (let at = held.indexOf(lowered); at >= 0; at = held.indexOf(lowered, at + lowered.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + lowered.length);
      found.push(range);
    }
  }
  return found;
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
