/** Operations to add to a graph: those of this installation, and those that are stored. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from 'react';

import { KindIcon } from '../../components/KindIcon';
import { blankOffer, type Offer, storedOffer } from '../../components/offers';
import type { Nodes, Operation } from '../../services/nodes';

const PAUSE = 250;
const MOVED = 5;

export interface OperationsProps {
  readonly nodes: Nodes;
  readonly trans: TranslationBundle;
  readonly onAdd: (offer: Offer) => void;
  readonly onDrag: (offer: Offer, x: number, y: number) => void;
}

export function Operations(props: OperationsProps): JSX.Element {
  const { nodes, trans } = props;
  const [words, setWords] = useState('');
  const [kinds, setKinds] = useState<readonly string[]>([]);
  const [stored, setStored] = useState<readonly Operation[]>([]);
  const [problem, setProblem] = useState('');
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let isCurrent = true;
    const timer = window.setTimeout(
      () => {
        Promise.all([nodes.kinds(), nodes.search(words)]).then(
          ([known, found]) => {
            if (isCurrent) {
              setKinds(known.filter(kind => kind !== 'composite'));
              setStored(found);
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
  }, [nodes, words, attempt]);

  const lowered = words.trim().toLowerCase();
  const blank = kinds
    .map(kind => blankOffer(kind, trans))
    .filter(offer => offer.title.toLowerCase().includes(lowered));
  const known = stored.map(operation => storedOffer(operation, trans));
  return (
    <div className="jp-plynx-Operations">
      <input
        className="jp-mod-styled"
        type="search"
        placeholder={trans.__('Search operations')}
        aria-label={trans.__('Search operations')}
        value={words}
        onChange={event => setWords(event.target.value)}
      />
      {problem ? (
        <div className="jp-plynx-Sidebar-problem" role="alert">
          {problem}{' '}
          <button type="button" className="jp-mod-styled" onClick={() => setAttempt(attempt + 1)}>
            {trans.__('Retry')}
          </button>
        </div>
      ) : null}
      <List {...props} offers={blank} title={trans.__('New')} />
      <List {...props} offers={known} title={trans.__('Stored')} />
      {!problem && blank.length + known.length === 0 ? (
        <p className="jp-plynx-Sidebar-hint">{trans.__('Nothing is called that.')}</p>
      ) : null}
    </div>
  );
}

function List(
  props: OperationsProps & { readonly offers: readonly Offer[]; readonly title: string }
): JSX.Element | null {
  const { offers, title, trans, onAdd, onDrag } = props;
  if (offers.length === 0) {
    return null;
  }
  const press = (offer: Offer) => (event: PointerEvent) => {
    const { clientX, clientY } = event;
    const move = (moved: globalThis.PointerEvent) => {
      if (Math.hypot(moved.clientX - clientX, moved.clientY - clientY) > MOVED) {
        end();
        onDrag(offer, moved.clientX, moved.clientY);
      }
    };
    const end = () => {
      document.removeEventListener('pointermove', move);
      document.removeEventListener('pointerup', end);
    };
    document.addEventListener('pointermove', move);
    document.addEventListener('pointerup', end);
  };
  return (
    <section>
      <h3>{title}</h3>
      <ul role="listbox" aria-label={title}>
        {offers.map(offer => (
          <li
            key={offer.key}
            tabIndex={0}
            role="option"
            aria-selected={false}
            title={offer.description || trans.__('Drag it onto the canvas, or press Enter')}
            onPointerDown={press(offer)}
            onDoubleClick={() => onAdd(offer)}
            onKeyDown={(event: KeyboardEvent) => event.key === 'Enter' && onAdd(offer)}
          >
            <KindIcon kind={offer.kind} />
            <span>{offer.title}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
