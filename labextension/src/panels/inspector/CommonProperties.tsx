/** What several selected nodes have in common. */
import { setParameter } from '../../model/edits';
import type { GraphNode } from '../../model/graph';
import { isShown } from '../../model/parameters';
import type { InspectorProps } from './inspectorProps';
import { ParameterField } from './ParameterField';

/** Parameters that all selected nodes have, of the same type; a change goes to all of them, as one step. */
export function CommonProperties(
  props: InspectorProps & { readonly nodes: readonly GraphNode[] }
): JSX.Element {
  const { graph, nodes, readOnly, trans } = props;
  const [first, ...others] = nodes;
  const common = (first?.parameters ?? []).filter(
    parameter =>
      isShown(parameter) &&
      parameter.parameter_type !== 'code' &&
      others.every(node =>
        node.parameters?.some(
          found =>
            found.name === parameter.name && found.parameter_type === parameter.parameter_type
        )
      )
  );
  return (
    <>
      <p className="jp-plynx-Inspector-hint">
        {trans.__('%1 nodes are selected. Changes go to all of them.', nodes.length)}
      </p>
      {common.length === 0 ? <p>{trans.__('They have no parameter in common.')}</p> : null}
      {common.map(parameter => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          readOnly={readOnly}
          trans={trans}
          services={props.services}
          onChange={value =>
            graph.update(before =>
              nodes.reduce(
                (after, node) => setParameter(node._id, parameter.name, value)(after),
                before
              )
            )
          }
        />
      ))}
    </>
  );
}
