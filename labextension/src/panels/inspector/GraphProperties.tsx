/** The properties of the graph itself, with the parameters that nodes can be linked to. */
import { type ReactNode, useState } from 'react';

import { setDescription, setTitle } from '../../model/edits';
import { type Graph, type Json, textOf } from '../../model/graph';
import {
  addGraphParameter,
  countLinks,
  removeGraphParameter,
  renameGraphParameter,
  setGraphParameter
} from '../../model/linking';
import { Section, TextLine } from './fields';
import type { InspectorProps } from './inspectorProps';
import { ParameterField } from './ParameterField';

/** The types of new parameters, and what they begin with. */
const TYPES: Readonly<Record<string, Json>> = {
  str: '',
  int: 0,
  float: { $number: '0.0' },
  bool: false,
  text: '',
  color: '#1976d2',
  list_str: [],
  list_int: []
};

export function GraphProperties(props: InspectorProps & { readonly now: Graph }): JSX.Element {
  const { graph, now, readOnly, trans } = props;
  const isWhole = graph.path.length === 0;
  return (
    <>
      <TextLine
        label={isWhole ? trans.__('Title of the graph') : trans.__('Title of the composite')}
        text={now.title ?? ''}
        readOnly={readOnly}
        onChange={text => graph.update(setTitle(text))}
      />
      <TextLine
        label={trans.__('Description')}
        text={textOf(now.description)}
        long
        readOnly={readOnly}
        onChange={text => graph.update(setDescription(text))}
      />
      {isWhole ? <GraphParameters {...props} /> : null}
      <p className="jp-plynx-Inspector-hint">
        {now.nodes.length === 0
          ? trans.__(
              'The graph is empty. Drag an operation from the PLynx side bar, or a file, onto the canvas.'
            )
          : trans._n(
              '%1 node. Select one to see its properties.',
              '%1 nodes. Select one to see its properties.',
              now.nodes.length
            )}
      </p>
    </>
  );
}

function GraphParameters(props: InspectorProps & { readonly now: Graph }): ReactNode {
  const { graph, now, readOnly, trans, services } = props;
  const [type, setType] = useState('str');
  const parameters = now.parameters ?? [];
  return (
    <Section title={trans.__('Parameters of the graph')} open={parameters.length > 0}>
      {parameters.map(parameter => {
        const { name } = parameter;
        const links = countLinks(now.nodes, name);
        return (
          <div key={name} className="jp-plynx-GraphParameter">
            <TextLine
              label={trans.__('Name')}
              text={name}
              readOnly={readOnly}
              onChange={text => graph.update(renameGraphParameter(name, text.trim()))}
            />
            <ParameterField
              parameter={{ ...parameter, widget: trans.__('Value') }}
              readOnly={readOnly}
              trans={trans}
              services={services}
              onChange={value => graph.update(setGraphParameter(name, value))}
            />
            <div className="jp-plynx-Inspector-hint">
              {trans._n('%1 parameter is linked to it', '%1 parameters are linked to it', links)}
              {readOnly ? null : (
                <button
                  type="button"
                  aria-label={trans.__('Remove parameter %1', name)}
                  onClick={() => graph.update(removeGraphParameter(name))}
                >
                  ✕
                </button>
              )}
            </div>
          </div>
        );
      })}
      {readOnly ? null : (
        <div className="jp-plynx-GraphParameter-new">
          <select
            className="jp-mod-styled"
            aria-label={trans.__('Type of the new parameter')}
            value={type}
            onChange={event => setType(event.target.value)}
          >
            {Object.keys(TYPES).map(name => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <button
            type="button"
            className="jp-mod-styled"
            onClick={() =>
              graph.update(
                addGraphParameter({
                  name: 'parameter',
                  parameter_type: type,
                  value: TYPES[type] ?? ''
                })
              )
            }
          >
            {trans.__('Add parameter')}
          </button>
        </div>
      )}
    </Section>
  );
}
