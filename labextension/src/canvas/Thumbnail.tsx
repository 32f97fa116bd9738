/** A small look at what a node made: its picture, the first rows of its table, its value. */
import { useEffect, useState } from 'react';

import type { Json } from '../model/graph';
import type { NodeRunState } from '../model/runStatus';
import { mainOutput } from '../model/runStatus';
import type { ThumbnailData } from '../services/resources';
import { useCanvas } from './editorContext';

const MOST_COLUMNS = 3;
const LONGEST = 60;

export function Thumbnail(props: {
  readonly state: NodeRunState;
  readonly title: string;
}): JSX.Element | null {
  const { resources, trans } = useCanvas();
  const resource = mainOutput(props.state);
  const [found, setFound] = useState<ThumbnailData | null>(null);
  useEffect(() => {
    let isCurrent = true;
    setFound(null);
    if (resource && !resource.inline) {
      resources.thumbnail(resource).then(
        data => isCurrent && setFound(data),
        () => undefined // A node without its thumbnail is all right; the preview says what is wrong.
      );
    }
    return () => {
      isCurrent = false;
    };
    // The same content has the same thumbnail, whatever object tells of it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [resources, resource?.digest, resource?.file_type]);
  if (resource?.inline) {
    return <pre className="jp-plynx-Thumbnail">{shortened(resource.value)}</pre>;
  }
  if (found?.image) {
    const label = trans.__('What %1 made', props.title);
    return (
      <div className="jp-plynx-Thumbnail">
        <img src={found.image} alt={label} draggable={false} />
      </div>
    );
  }
  if (found?.table) {
    const { columns, rows } = found.table;
    return (
      <table className="jp-plynx-Thumbnail">
        <thead>
          <tr>
            {columns.slice(0, MOST_COLUMNS).map((name, index) => (
              <th key={index}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.slice(0, MOST_COLUMNS).map((cell, column) => (
                <td key={column}>{shortened(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    );
  }
  return found?.text ? <pre className="jp-plynx-Thumbnail">{found.text}</pre> : null;
}

function shortened(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
