/** The code of a notebook operation: its cells, to be read. The notebook itself is edited as a notebook. */
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useMemo } from 'react';

import type { Json } from '../../model/graph';
import { codeOf } from '../../model/parameters';
import { CodeField } from './CodeField';

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
}

export interface NotebookCodeProps {
  readonly value: Json | undefined;
  readonly services: IEditorServices;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

/** The cells of a notebook; null for text that isn't one. */
export function cellsOf(text: string): readonly Cell[] | null {
  try {
    const { cells } = JSON.parse(text) as { cells?: unknown };
    return Array.isArray(cells) ? (cells as Cell[]) : null;
  } catch {
    return null;
  }
}

export function NotebookCode({ value, services, trans }: NotebookCodeProps): JSX.Element {
  const { text } = codeOf(value);
  const cells = useMemo(() => cellsOf(text), [text]);
  if (!cells) {
    return <pre className="jp-plynx-Inspector-json">{text}</pre>;
  }
  return (
    <ol className="jp-plynx-NotebookCode" aria-label={trans.__('Cells of the notebook')}>
      {cells.map((cell, index) => {
        const source = typeof cell.source === 'string' ? cell.source : cell.source.join('');
        return (
          <li key={index} data-cell-type={cell.cell_type}>
            {cell.cell_type === 'code' ? (
              <CodeField
                text={source}
                mode="python"
                label={trans.__('Cell %1', index + 1)}
                readOnly
                services={services}
                onChange={() => undefined}
              />
            ) : (
              <pre>{source}</pre>
            )}
          </li>
        );
      })}
    </ol>
  );
}
