/** The properties of what is selected: the graph, a node, or what several nodes have in common. */
import { useSignal } from '../../components/useSignal';
import { nodeOf } from '../../model/graph';
import { CommonProperties } from './CommonProperties';
import { GraphProperties } from './GraphProperties';
import type { InspectorProps } from './inspectorProps';
import { NodeProperties } from './NodeProperties';

export type { InspectorProps };

export function Inspector(props: InspectorProps): JSX.Element {
  const { graph: level, selection } = props;
  const graph = useSignal(level.changed, () => level.graph);
  const ids = useSignal(selection.changed, () => selection.ids);
  const nodes = ids.flatMap(id => nodeOf(graph, id) ?? []);
  const [only] = nodes;
  return (
    <div className="jp-plynx-Inspector">
      {nodes.length === 0 ? <GraphProperties {...props} now={graph} /> : null}
      {nodes.length === 1 && only ? (
        <NodeProperties {...props} key={only._id} node={only} now={graph} />
      ) : null}
      {nodes.length > 1 ? <CommonProperties {...props} nodes={nodes} /> : null}
    </div>
  );
}
