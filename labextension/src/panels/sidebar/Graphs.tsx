/** The graphs in the server's store. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type KeyboardEvent, useEffect, useState } from 'react';

import { useSignal } from '../../components/useSignal';
import type { ActiveRuns } from '../../services/activeRuns';
import type { Graphs, GraphSummary } from '../../services/graphs';
import type { ISignal } from '@lumino/signaling';

const PAUSE = 250;

export interface GraphsProps {
  readonly graphs: Graphs;
  readonly active: ActiveRuns;
  /** Emitted when the list may be another. */
  readonly changed: ISignal<unknown, unknown>;
  /** Who looks; empty if that isn't known. */
  readonly user: string;
  readonly trans: TranslationBundle;
  readonly onOpen: (graph: GraphSummary) => void;
  readonly onNew: () => void;
}

export function GraphList(props: GraphsProps): JSX.Element {
  const { graphs, changed, user, active, trans, onOpen, onNew } = props;
  const [words, setWords] = useState('');
  const [order, setOrder] = useState<'date' | 'title'>('date');
  const [isMine, setIsMine] = useState(false);
  const [found, setFound] = useState<readonly GraphSummary[] | null>(null);
  const [problem, setProblem] = useState('');
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const again = () => setAttempt(before => before + 1);
    changed.connect(again);
    return () => {
      changed.disconnect(again);
    };
  }, [changed]);
  useEffect(() => {
    let isCurrent = true;
    const timer = window.setTimeout(
      () => {
        graphs.search(isMine && user ? `${words} author:${user}` : words).then(
          list => {
            if (isCurrent) {
              setFound(list);
              setProblem('');
            }
          },
          (error: unknown) => {
            if (isCurrent) {
              setProblem(error instanceof Error ? error.message : String(error));
            }
          }
        );
      },
      words ? PAUSE : 0
    );
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [graphs, words, isMine, user, attempt]);
  const running = useSignal(active.changed, () => active.list);
  const titleOf = (graph: GraphSummary) => graph.title || trans.__('Untitled');
  const shown =
    order === 'title'
      ? [...(found ?? [])].sort((one, other) => titleOf(one).localeCompare(titleOf(other)))
      : (found ?? []);
  return (
    <div className="jp-plynx-Operations">
      <input
        className="jp-mod-styled"
        type="search"
        placeholder={trans.__('Search graphs')}
        aria-label={trans.__('Search graphs')}
        value={words}
        onChange={event => setWords(event.target.value)}
      />
      <div className="jp-plynx-Sidebar-options">
        <label>
          <input
            type="checkbox"
            checked={isMine}
            onChange={event => setIsMine(event.target.checked)}
          />
          {trans.__('Mine')}
        </label>
        <select
          aria-label={trans.__('Order')}
          value={order}
          onChange={event => setOrder(event.target.value === 'title' ? 'title' : 'date')}
        >
          <option value="date">{trans.__('Newest first')}</option>
          <option value="title">{trans.__('By title')}</option>
        </select>
      </div>
      {problem ? (
        <div className="jp-plynx-Sidebar-problem" role="alert">
          {problem}{' '}
          <button type="button" className="jp-mod-styled" onClick={() => setAttempt(attempt + 1)}>
            {trans.__('Retry')}
          </button>
        </div>
      ) : null}
      <ul role="listbox" aria-label={trans.__('Graphs')} hidden={shown.length === 0}>
        {shown.map(graph => (
          <li
            key={graph._id}
            tabIndex={0}
            role="option"
            aria-selected={false}
            className="jp-plynx-GraphItem"
            data-graph-id={graph._id}
            title={trans.__('%1, of %2. Double-click to open', titleOf(graph), graph.author)}
            onDoubleClick={() => onOpen(graph)}
            onKeyDown={(event: KeyboardEvent) => event.key === 'Enter' && onOpen(graph)}
          >
            <span className="jp-plynx-GraphItem-title">{titleOf(graph)}</span>
            {running.some(run => run.graph_id === graph._id) ? (
              <span title={trans.__('It is running')}>◐</span>
            ) : null}
            <span className="jp-plynx-GraphItem-date">
              {graph.update_date ? new Date(graph.update_date).toLocaleDateString() : ''}
            </span>
          </li>
        ))}
      </ul>
      {!problem && found?.length === 0 ? (
        <p className="jp-plynx-Sidebar-hint">
          {words
            ? trans.__('Nothing is called that.')
            : trans.__('No graph is stored on the server yet. Graphs can also be files.')}{' '}
          {words ? null : (
            <button type="button" className="jp-mod-styled" onClick={onNew}>
              {trans.__('New graph')}
            </button>
          )}
        </p>
      ) : null}
    </div>
  );
}
