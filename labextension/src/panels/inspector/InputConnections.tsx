/** What an input is connected with, in order. */
import { disconnect, reorderReferences } from '../../model/edits';
import { type Graph, type GraphNode, type Input, nodeOf } from '../../model/graph';
import type { InspectorProps } from './inspectorProps';
import { PortHeading } from './PortHeading';

export function InputConnections(
  props: InspectorProps & { readonly node: GraphNode; readonly port: Input; readonly now: Graph }
): JSX.Element {
  const { graph, node, port, now, readOnly, trans } = props;
  const references = port.input_references ?? [];
  const swap = (index: number, other: number) => {
    const order = [...references];
    const [one, two] = [order[index], order[other]];
    if (one && two) {
      [order[index], order[other]] = [two, one];
      graph.update(reorderReferences(node._id, port.name, order));
    }
  };
  return (
    <div className="jp-plynx-Connections">
      <PortHeading {...props} list="inputs" />
      {references.length === 0 ? (
        <div className="jp-plynx-Inspector-hint">
          {port.min_count === 0 ? trans.__('Not connected (optional)') : trans.__('Not connected')}
        </div>
      ) : null}
      <ol>
        {references.map((reference, index) => {
          const from = nodeOf(now, reference.node_id);
          const name = `${from?.title ?? reference.node_id}.${reference.output_id}`;
          return (
            <li key={`${reference.node_id} ${reference.output_id}`}>
              <span title={name}>{name}</span>
              {port.is_array && index > 0 && !readOnly ? (
                <button
                  type="button"
                  aria-label={trans.__('Move %1 up', name)}
                  onClick={() => swap(index, index - 1)}
                >
                  ↑
                </button>
              ) : null}
              {readOnly ? null : (
                <button
                  type="button"
                  aria-label={trans.__('Disconnect %1', name)}
                  onClick={() =>
                    graph.update(
                      disconnect({
                        source: reference.node_id,
                        output: reference.output_id,
                        target: node._id,
                        input: port.name
                      })
                    )
                  }
                >
                  ✕
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
