/** Two runs side by side: nodes that differ, and in what. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { duration } from '../../components/StatusBadge';
import type { Json } from '../../model/graph';
import type { ComparedNode, Comparison } from '../../services/runs';

const LONGEST = 120;

export function ComparedRuns(props: {
  readonly comparison: Comparison;
  readonly trans: TranslationBundle;
  readonly onClose: () => void;
}): JSX.Element {
  const { comparison, trans, onClose } = props;
  const differing = comparison.nodes.filter(node => node.differs);
  return (
    <div className="jp-plynx-Compared">
      <div className="jp-plynx-Runs-bar">
        <button type="button" className="jp-mod-styled" onClick={onClose}>
          {trans.__('Back')}
        </button>
        <span>
          {trans._n('%1 node differs', '%1 nodes differ', differing.length)}
          {' · '}
          {trans._n(
            '%1 is the same',
            '%1 are the same',
            comparison.nodes.length - differing.length
          )}
        </span>
      </div>
      {differing.map((node, index) => (
        <section key={index}>
          <h4>{node.title || trans.__('Untitled')}</h4>
          <table>
            <tbody>
              {rowsOf(node, trans).map(({ name, values }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  {values.map((value, column) => (
                    <td key={column}>{value}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {node.code.map((lines, step) =>
            lines.length > 0 ? (
              <pre key={step} aria-label={trans.__('Changes of the code')}>
                {lines.map((line, number) => (
                  <span key={number} data-change={line[0]}>
                    {`${line}\n`}
                  </span>
                ))}
              </pre>
            ) : null
          )}
        </section>
      ))}
    </div>
  );
}

interface Row {
  readonly name: string;
  readonly values: readonly string[];
}

function rowsOf(node: ComparedNode, trans: TranslationBundle): readonly Row[] {
  const named = (
    values: Readonly<Record<string, readonly Json[]>>,
    name: (key: string) => string
  ): Row[] =>
    Object.entries(values).map(([key, each]) => ({ name: name(key), values: each.map(shown) }));
  const absent = trans.__('not there');
  const rows: Row[] = [
    {
      name: trans.__('Status'),
      values: node.statuses.map((status, index) => {
        const seconds = node.seconds[index];
        const took = typeof seconds === 'number' ? ` · ${duration(seconds)}` : '';
        return status === null ? absent : `${status}${took}`;
      })
    },
    ...named(node.parameters, key => key),
    ...named(node.inputs, key => trans.__('Input %1', key)),
    ...named(node.outputs, key => trans.__('Output %1', key))
  ];
  return node.errors.some(Boolean)
    ? [...rows, { name: trans.__('Error'), values: node.errors.map(error => error ?? '') }]
    : rows;
}

function shown(value: Json): string {
  if (Array.isArray(value) && value.every(isResource)) {
    return value
      .map(({ digest, size_bytes }) => `${digest.slice(-8)} · ${size_bytes} B`)
      .join(', ');
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function isResource(value: Json): value is { digest: string; size_bytes: number } {
  return typeof (value as { digest?: Json } | null)?.digest === 'string';
}
