/** The properties of what is selected: the graph, a node, or what several nodes have in common. */
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useState, useSyncExternalStore } from 'react';

import { StatusBadge, duration } from '../../components/StatusBadge';
import { KindIcon } from '../../components/KindIcon';
import type { GraphLevel } from '../../document/graphLevel';
import type { RunView } from '../../document/levelRun';
import type { Selection } from '../../document/selection';
import {
  changeNode,
  disconnect,
  renameNode,
  reorderReferences,
  setDescription,
  setParameter,
  setTitle
} from '../../model/edits';
import {
  type Graph,
  type GraphNode,
  type Input,
  nodeOf,
  type Parameter,
  textOf
} from '../../model/graph';
import { isShown, isSystem } from '../../model/parameters';
import { secondsOf } from '../../model/runStatus';
import { linesOf } from '../../model/text';
import { ParameterField } from './ParameterField';

export interface InspectorProps {
  readonly graph: GraphLevel;
  readonly selection: Selection;
  readonly monitor: RunView;
  readonly readOnly: boolean;
  readonly trans: TranslationBundle;
  readonly services: IEditorServices;
}

export function Inspector(props: InspectorProps): JSX.Element {
  const { graph: shared, selection } = props;
  const graph = useSyncExternalStore(
    listen => {
      shared.changed.connect(listen);
      return () => {
        shared.changed.disconnect(listen);
      };
    },
    () => shared.graph
  );
  const ids = useSyncExternalStore(
    listen => {
      selection.changed.connect(listen);
      return () => {
        selection.changed.disconnect(listen);
      };
    },
    () => selection.ids
  );
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

function GraphProperties(props: InspectorProps & { readonly now: Graph }): JSX.Element {
  const { graph, now, readOnly, trans } = props;
  return (
    <>
      <TextLine
        label={trans.__('Title of the graph')}
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

function NodeProperties(
  props: InspectorProps & { readonly node: GraphNode; readonly now: Graph }
): JSX.Element {
  const { graph, node, now, readOnly, trans } = props;
  const shown = (node.parameters ?? []).filter(isShown);
  const own = shown.filter(parameter => !isSystem(parameter));
  const code = shown.filter(
    parameter => isSystem(parameter) && parameter.parameter_type === 'code'
  );
  const system = shown.filter(
    parameter => isSystem(parameter) && parameter.parameter_type !== 'code'
  );
  const fields = (parameters: readonly Parameter[]) =>
    parameters.map(parameter => (
      <ParameterField
        key={parameter.name}
        parameter={parameter}
        readOnly={readOnly}
        trans={trans}
        services={props.services}
        onChange={value => graph.update(setParameter(node._id, parameter.name, value))}
      />
    ));
  return (
    <>
      <div className="jp-plynx-Inspector-kind">
        <KindIcon kind={node.kind} /> {node.kind}
      </div>
      <TextLine
        label={trans.__('Title')}
        text={node.title ?? ''}
        readOnly={readOnly}
        onChange={text => graph.update(renameNode(node._id, text))}
      />
      <TextLine
        label={trans.__('Description')}
        text={textOf(node.description)}
        long
        readOnly={readOnly}
        onChange={text =>
          graph.update(changeNode(node._id, found => ({ ...found, description: linesOf(text) })))
        }
      />
      <RunState {...props} id={node._id} />
      {own.length > 0 ? (
        <Section title={trans.__('Parameters')} open>
          {fields(own)}
        </Section>
      ) : null}
      {code.length > 0 ? (
        <Section title={trans.__('Code')} open>
          {fields(code)}
        </Section>
      ) : null}
      {node.inputs?.length ? (
        <Section title={trans.__('Inputs')} open>
          {node.inputs.map(port => (
            <InputConnections key={port.name} {...props} node={node} port={port} now={now} />
          ))}
        </Section>
      ) : null}
      {system.length > 0 ? <Section title={trans.__('Execution')}>{fields(system)}</Section> : null}
      <Section title={trans.__('JSON')}>
        <pre className="jp-plynx-Inspector-json">{JSON.stringify(node, null, 1)}</pre>
      </Section>
    </>
  );
}

/** What the shown run made of the node. */
function RunState(props: InspectorProps & { readonly id: string }): JSX.Element | null {
  const { monitor, trans, id } = props;
  const state = useSyncExternalStore(
    listen => {
      monitor.changed.connect(listen);
      return () => {
        monitor.changed.disconnect(listen);
      };
    },
    () => monitor.stateOf(id)
  );
  if (!state || state.status === 'STATIC' || state.status === 'SPECIAL') {
    return null;
  }
  const seconds = secondsOf(state, Date.now());
  const { error } = state;
  return (
    <Section title={trans.__('Last run')} open>
      <StatusBadge
        status={state.status}
        detail={seconds === undefined ? undefined : duration(seconds)}
        trans={trans}
      />
      {error?.message ? (
        <pre className="jp-plynx-Inspector-error">{error.traceback || error.message}</pre>
      ) : null}
    </Section>
  );
}

function InputConnections(
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
      <div className="jp-plynx-Connections-port">
        {port.name} <span>{port.file_type ?? 'file'}</span>
      </div>
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

/** Parameters that all selected nodes have, of the same type; a change goes to all of them, as one step. */
function CommonProperties(
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

function Section(props: {
  readonly title: string;
  readonly open?: boolean;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <details className="jp-plynx-Section" open={props.open}>
      <summary>{props.title}</summary>
      {props.children}
    </details>
  );
}

/** A line (or some) of text that becomes one edit when it is left. */
function TextLine(props: {
  readonly label: string;
  readonly text: string;
  readonly long?: boolean;
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
}): JSX.Element {
  const { label, text, long, readOnly, onChange } = props;
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const finish = () => {
    if (typed !== text) {
      onChange(typed);
    }
  };
  const common = {
    className: 'jp-mod-styled',
    value: typed,
    readOnly,
    onBlur: finish,
    onChange: (event: { target: { value: string } }) => setTyped(event.target.value)
  };
  return (
    <label className="jp-plynx-Field">
      <span>{label}</span>
      {long ? (
        <textarea {...common} rows={2} />
      ) : (
        <input {...common} type="text" onKeyDown={event => event.key === 'Enter' && finish()} />
      )}
    </label>
  );
}
