/** What keeps the graph from running, and which nodes of the shown run failed. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Problem } from '../../model/problems';

export interface ProblemsTabProps {
  readonly problems: readonly Problem[];
  readonly titles: ReadonlyMap<string, string>;
  readonly trans: TranslationBundle;
  readonly onReveal: (runId: string) => void;
}

export function ProblemsTab(props: ProblemsTabProps): JSX.Element {
  const { problems, titles, trans, onReveal } = props;
  if (problems.length === 0) {
    return <p className="jp-plynx-Drawer-hint">{trans.__('Nothing is wrong with the graph.')}</p>;
  }
  return (
    <ul className="jp-plynx-Problems" aria-label={trans.__('Problems')}>
      {problems.map((problem, index) => {
        const { node, message } = problem;
        const title = node === null ? trans.__('Graph') : (titles.get(node) ?? node);
        return (
          <li key={index}>
            <button type="button" disabled={node === null} onClick={() => node && onReveal(node)}>
              <span className="jp-plynx-Problems-sign" aria-hidden>
                ✗
              </span>
              <strong>{title}</strong> <span>{message}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
