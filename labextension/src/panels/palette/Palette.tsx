/** A list that opens where somebody points, is searched by typing, and closed by choosing. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';

import { KindIcon } from '../../components/KindIcon';

const PAUSE = 150;

/** Something to choose. */
export interface PaletteItem {
  readonly key: string;
  readonly kind: string;
  readonly title: string;
  readonly detail: string;
  readonly choose: () => void;
}

export interface PaletteProps {
  readonly trans: TranslationBundle;
  readonly title: string;
  /** Where it opens, in pixels of what it lies in. */
  readonly at: { readonly x: number; readonly y: number };
  readonly find: (words: string) => Promise<readonly PaletteItem[]>;
  readonly nothing: string;
  readonly onClose: () => void;
}

export function Palette(props: PaletteProps): JSX.Element {
  const { trans, title, at, find, nothing, onClose } = props;
  const id = useId();
  const [words, setWords] = useState('');
  const [items, setItems] = useState<readonly PaletteItem[] | null>(null);
  const [problem, setProblem] = useState('');
  const [active, setActive] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);

  useEffect(() => {
    field.current?.focus();
  }, []);
  useEffect(() => {
    let isCurrent = true;
    const timer = window.setTimeout(
      () => {
        find(words).then(
          found => {
            if (isCurrent) {
              setItems(found);
              setActive(0);
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
  }, [find, words]);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, items]);

  const choose = (item: PaletteItem | undefined) => {
    if (item) {
      onClose();
      item.choose();
    }
  };
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    const count = items?.length ?? 0;
    if (event.key === 'ArrowDown' && count > 0) {
      setActive((active + 1) % count);
    } else if (event.key === 'ArrowUp' && count > 0) {
      setActive((active + count - 1) % count);
    } else if (event.key === 'Enter') {
      choose(items?.[active]);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      onClose();
    } else {
      return;
    }
    event.preventDefault();
  };
  const optionId = (index: number) => `${id}-option-${index}`;
  return (
    <div
      className="jp-plynx-Palette"
      style={{ left: at.x, top: at.y }}
      role="dialog"
      aria-label={title}
      data-lm-suppress-shortcuts="true"
      onKeyDown={press}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          onClose();
        }
      }}
    >
      <input
        ref={field}
        className="jp-mod-styled"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={items && items.length > 0 ? optionId(active) : undefined}
        aria-label={title}
        placeholder={title}
        value={words}
        onChange={event => setWords(event.target.value)}
      />
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={title}>
        {items?.map((item, index) => (
          <li
            key={item.key}
            id={optionId(index)}
            role="option"
            data-key={item.key}
            aria-selected={index === active}
            onPointerDown={event => event.preventDefault()}
            onClick={() => choose(item)}
            onPointerMove={() => setActive(index)}
          >
            <KindIcon kind={item.kind} />
            <span className="jp-plynx-Palette-title">{item.title}</span>
            <span className="jp-plynx-Palette-detail">{item.detail}</span>
          </li>
        ))}
      </ul>
      {problem || items?.length === 0 ? (
        <p className="jp-plynx-Palette-hint" role={problem ? 'alert' : 'status'}>
          {problem || (words ? trans.__('Nothing is called that.') : nothing)}
        </p>
      ) : null}
    </div>
  );
}
