/** A parameter of a node: with a value of its own, or linked to a parameter of the graph. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { inTurn, setParameter } from '../../model/edits';
import type { GraphNode, Parameter } from '../../model/graph';
import { addGraphParameter, freeName, link, linkable, unlink } from '../../model/linking';
import { editAt } from '../../model/nesting';
import type { InspectorProps } from './inspectorProps';
import { ParameterField } from './ParameterField';

const OWN = '';
const NEW = '\u0000new';

export function LinkedField(
  props: InspectorProps & { readonly node: GraphNode; readonly parameter: Parameter }
): JSX.Element {
  const { graph, node, parameter, readOnly, trans, services } = props;
  const { shared, path } = graph;
  const { name, reference } = parameter;
  const source = reference
    ? shared.graph.parameters?.find(found => found.name === reference)
    : undefined;
  const choose = (chosen: string) => {
    if (chosen === OWN) {
      graph.update(unlink(node._id, name, source?.value));
    } else if (chosen === NEW) {
      const { reference: _, ...own } = parameter;
      const made = freeName(shared.graph, name.replace(/^_/, ''));
      shared.update(
        inTurn(addGraphParameter({ ...own, name: made }), editAt(path, link(node._id, name, made)))
      );
    } else {
      graph.update(link(node._id, name, chosen));
    }
  };
  const shown = source ? { ...parameter, value: source.value ?? null } : parameter;
  return (
    <div className="jp-plynx-LinkedField" data-linked={reference ? true : undefined}>
      <ParameterField
        parameter={shown}
        readOnly={readOnly || !!reference}
        trans={trans}
        services={services}
        onChange={value => graph.update(setParameter(node._id, name, value))}
      />
      {readOnly ? null : (
        <LinkMenu
          parameter={parameter}
          options={linkable(shared.graph, parameter)}
          trans={trans}
          onChoose={choose}
        />
      )}
    </div>
  );
}

function LinkMenu(props: {
  readonly parameter: Parameter;
  readonly options: readonly Parameter[];
  readonly trans: TranslationBundle;
  readonly onChoose: (chosen: string) => void;
}): JSX.Element {
  const { parameter, options, trans, onChoose } = props;
  const { reference } = parameter;
  const isKnown = options.some(found => found.name === reference);
  return (
    <select
      className="jp-plynx-LinkMenu"
      aria-label={trans.__('Link of %1', parameter.widget || parameter.name)}
      title={
        reference
          ? trans.__('Takes its value from the parameter %1 of the graph', reference)
          : trans.__('Link to a parameter of the graph')
      }
      value={reference ?? OWN}
      onChange={event => onChoose(event.target.value)}
    >
      <option value={OWN}>{trans.__('own value')}</option>
      {reference && !isKnown ? <option value={reference}>{`⚭ ${reference} ?`}</option> : null}
      {options.map(({ name }) => (
        <option key={name} value={name}>{`⚭ ${name}`}</option>
      ))}
      <option value={NEW}>{trans.__('⚭ new parameter of the graph')}</option>
    </select>
  );
}
