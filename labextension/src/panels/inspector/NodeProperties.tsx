/** The properties of a node. */
import { KindIcon } from '../../components/KindIcon';
import { duration, StatusBadge } from '../../components/StatusBadge';
import { useSignal } from '../../components/useSignal';
import { changeNode, renameNode, setParameter } from '../../model/edits';
import { type Graph, type GraphNode, type Parameter, textOf } from '../../model/graph';
import { isShown, isSystem } from '../../model/parameters';
import { secondsOf } from '../../model/runStatus';
import { linesOf } from '../../model/text';
import { Section, TextLine } from './fields';
import { InputConnections } from './InputConnections';
import type { InspectorProps } from './inspectorProps';
import { LinkedField } from './LinkedField';
import { NotebookCode } from './NotebookCode';
import { ParameterField } from './ParameterField';
import { PortHeading } from './PortHeading';

export function NodeProperties(
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
      <LinkedField key={parameter.name} {...props} parameter={parameter} />
    ));
  const isOld = node.node_status === 'DEPRECATED' || node.node_status === 'MANDATORY_DEPRECATED';
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
      {isOld ? (
        <p className="jp-plynx-Inspector-warning">
          {trans.__('There is a newer version of this operation.')}{' '}
          {readOnly ? null : (
            <button type="button" className="jp-mod-styled" onClick={props.onUpgrade}>
              {trans.__('Upgrade deprecated nodes')}
            </button>
          )}
        </p>
      ) : null}
      <RunState {...props} id={node._id} />
      <CacheState {...props} id={node._id} />
      {own.length > 0 ? (
        <Section title={trans.__('Parameters')} open>
          {fields(own)}
        </Section>
      ) : null}
      {code.length > 0 ? (
        <Section title={trans.__('Code')} open>
          {node.kind === 'notebook'
            ? code.map(parameter => (
                <NotebookCode key={parameter.name} {...props} value={parameter.value} />
              ))
            : code.map(parameter => (
                <ParameterField
                  key={parameter.name}
                  {...props}
                  parameter={parameter}
                  onChange={value => graph.update(setParameter(node._id, parameter.name, value))}
                />
              ))}
        </Section>
      ) : null}
      {node.inputs?.length ? (
        <Section title={trans.__('Inputs')} open>
          {node.inputs.map(port => (
            <InputConnections key={port.name} {...props} node={node} port={port} now={now} />
          ))}
        </Section>
      ) : null}
      {node.outputs?.length ? (
        <Section title={trans.__('Outputs')}>
          {node.outputs.map(port => (
            <div key={port.name} className="jp-plynx-Connections">
              <PortHeading {...props} node={node} port={port} list="outputs" />
            </div>
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
  const state = useSignal(monitor.changed, () => monitor.stateOf(id));
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

/** Whether a run would restore the node's result, and why not. */
function CacheState(props: InspectorProps & { readonly id: string }): JSX.Element | null {
  const { plan, graph, trans, id } = props;
  const found = useSignal(plan.changed, () => plan.of(graph.runId(id)));
  if (!found || (found.action !== 'run' && found.action !== 'restore')) {
    return null;
  }
  return (
    <Section title={trans.__('Next run')} open>
      <p className="jp-plynx-Inspector-cache">
        <strong>
          {found.action === 'run' ? trans.__('Will run') : trans.__('Will be restored')}
        </strong>
        {': '}
        {found.reason}
      </p>
    </Section>
  );
}
