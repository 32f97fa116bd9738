/** The name of a port, and the buttons that move it. */
import { movePort } from '../../model/edits';
import type { GraphNode, Input, Output } from '../../model/graph';
import { isSpecial } from '../../model/nesting';
import type { InspectorProps } from './inspectorProps';

export function PortHeading(
  props: InspectorProps & {
    readonly node: GraphNode;
    readonly port: Input | Output;
    readonly list: 'inputs' | 'outputs';
  }
): JSX.Element {
  const { graph, node, port, list, readOnly, trans } = props;
  const ports = node[list] ?? [];
  const index = ports.findIndex(found => found.name === port.name);
  const move = (by: 1 | -1) => () => {
    graph.update(movePort(node._id, list, port.name, by));
  };
  const canMove = !readOnly && ports.length > 1 && !isSpecial(node);
  return (
    <div
      className="jp-plynx-Connections-port"
      draggable={canMove}
      data-port={port.name}
      onDragStart={event => event.dataTransfer.setData(MIME, JSON.stringify([list, port.name]))}
      onDragOver={event => event.dataTransfer.types.includes(MIME) && event.preventDefault()}
      onDrop={event => {
        const [from, name] = JSON.parse(event.dataTransfer.getData(MIME) || '[]') as string[];
        if (from === list && name !== undefined) {
          event.preventDefault();
          const distance = index - ports.findIndex(found => found.name === name);
          const by = distance < 0 ? -1 : 1;
          graph.update(before => {
            let after = before;
            for (let step = 0; step < Math.abs(distance); step++) {
              after = movePort(node._id, list, name, by)(after);
            }
            return after;
          });
        }
      }}
    >
      {port.name} <span>{port.file_type ?? 'file'}</span>
      {canMove && index > 0 ? (
        <button
          type="button"
          aria-label={trans.__('Move port %1 up', port.name)}
          onClick={move(-1)}
        >
          ↑
        </button>
      ) : null}
      {canMove && index < ports.length - 1 ? (
        <button
          type="button"
          aria-label={trans.__('Move port %1 down', port.name)}
          onClick={move(1)}
        >
          ↓
        </button>
      ) : null}
    </div>
  );
}

const MIME = 'application/x-plynx-port';
