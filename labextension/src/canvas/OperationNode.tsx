/** A node on the canvas: title, state, ports. */
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { type CSSProperties, memo, useEffect, useState } from 'react';

import { KindIcon } from '../components/KindIcon';
import { duration, StatusBadge } from '../components/StatusBadge';
import type { GraphNode, Input, Output } from '../model/graph';
import { secondsOf } from '../model/runStatus';
import { isRaw } from '../model/types';
import { useDistance } from './distance';
import { useCanvas, useNodeRun, useProgress } from './editorContext';
import { Forecast } from './Forecast';
import { InlineValue } from './InlineValue';
import { Thumbnail } from './Thumbnail';
import type { OperationFlowNode } from './toFlow';
import { typeColor } from './typeColor';

export const OperationNode = memo(function OperationNode(
  props: NodeProps<OperationFlowNode>
): JSX.Element {
  const { node } = props.data;
  const { trans } = useCanvas();
  const distance = useDistance();
  const near = distance === 'near';
  const title = titleOf(node, trans.__('Untitled'));
  const state = useNodeRun(node._id);
  const hasResult = state?.status === 'SUCCESS' || state?.status === 'RESTORED';
  return (
    <div
      className={near ? 'jp-plynx-Node' : 'jp-plynx-Node jp-mod-far'}
      data-status={state?.status}
      data-kind={node.kind}
      data-node-id={node._id}
      data-testid={`node-${node._id}`}
    >
      <div className="jp-plynx-Node-header" title={title}>
        {near ? <KindIcon kind={node.kind} /> : null}
        <span className="jp-plynx-Node-title">{distance === 'farther' ? '' : title}</span>
      </div>
      {near ? <Marks node={node} /> : null}
      {near ? <NodeState id={node._id} /> : null}
      <div className="jp-plynx-Node-ports">
        <div className="jp-plynx-Node-inputs">
          {(node.inputs ?? []).map(port => (
            <Port key={port.name} id={node._id} port={port} isInput near={near} />
          ))}
        </div>
        <div className="jp-plynx-Node-outputs">
          {(node.outputs ?? []).map(port => (
            <Port key={port.name} id={node._id} port={port} isInput={false} near={near} />
          ))}
        </div>
      </div>
      {near && hasResult ? <Thumbnail state={state} title={title} /> : null}
    </div>
  );
});

export function titleOf(node: GraphNode, untitled: string): string {
  return node.title || untitled;
}

/** What is out of the ordinary with a node. */
function Marks({ node }: { readonly node: GraphNode }): JSX.Element | null {
  const { trans, kinds } = useCanvas();
  const status = node.node_status ?? '';
  const isUnknown = kinds !== null && !kinds.has(node.kind);
  const isOld = status === 'DEPRECATED' || status === 'MANDATORY_DEPRECATED';
  if (!isUnknown && !isOld) {
    return null;
  }
  return (
    <div className="jp-plynx-Node-marks">
      {isUnknown ? (
        <span
          className="jp-plynx-Mark jp-mod-unknown"
          title={trans.__(
            'No plug-in for operations of kind %1 is installed here. The node is kept as it is.',
            node.kind
          )}
        >
          {trans.__('Not installed: %1', node.kind)}
        </span>
      ) : null}
      {isOld ? (
        <span
          className="jp-plynx-Mark jp-mod-old"
          title={
            status === 'DEPRECATED'
              ? trans.__('There is a newer version of this operation.')
              : trans.__('This version may not be run any more. Upgrade the node.')
          }
        >
          {trans.__('Deprecated')}
        </span>
      ) : null}
    </div>
  );
}

function NodeState({ id }: { readonly id: string }): JSX.Element | null {
  const { trans } = useCanvas();
  const state = useNodeRun(id);
  const progress = useProgress(id);
  const now = useClock(state?.status === 'RUNNING');
  if (!state || state.status === 'STATIC' || state.status === 'SPECIAL') {
    return <Forecast id={id} />;
  }
  const seconds = secondsOf(state, now);
  const told = [
    state.status === 'RUNNING' && progress && progress.total > 0
      ? `${progress.done}/${progress.total}`
      : '',
    seconds === undefined ? '' : duration(seconds)
  ];
  const failed = state.error?.message;
  return (
    <div className="jp-plynx-Node-state" title={failed ?? undefined}>
      <StatusBadge status={state.status} detail={told.filter(Boolean).join(' · ')} trans={trans} />
      <Forecast id={id} />
    </div>
  );
}

/** The time, each second while `ticking`. */
function useClock(ticking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) {
      return undefined;
    }
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [ticking]);
  return now;
}

function Port({
  id,
  port,
  isInput,
  near
}: {
  readonly id: string;
  readonly port: Input | Output;
  readonly isInput: boolean;
  readonly near: boolean;
}): JSX.Element {
  const { trans } = useCanvas();
  const type = port.file_type ?? 'file';
  const listed = port.is_array ? trans.__('list of %1', type) : type;
  const optional = isInput && (port as Input).min_count === 0;
  const hasValue =
    isInput &&
    isRaw(type) &&
    !port.is_array &&
    ((port as Input).input_references?.length ?? 0) === 0;
  return (
    <div
      className={`jp-plynx-Port ${isInput ? 'jp-mod-input' : 'jp-mod-output'}`}
      title={`${port.name}: ${listed}`}
      data-port={port.name}
    >
      <Handle
        id={port.name}
        type={isInput ? 'target' : 'source'}
        position={isInput ? Position.Left : Position.Right}
        className={`jp-plynx-Handle${port.is_array ? ' jp-mod-list' : ''}${optional ? ' jp-mod-optional' : ''}`}
        style={{ '--jp-plynx-type-color': typeColor(type) } as CSSProperties}
        role="img"
        aria-label={trans.__('%1, %2', port.name, listed)}
      />
      <span className="jp-plynx-Port-name">{near ? port.name : ''}</span>
      {near && hasValue ? <InlineValue id={id} port={port} /> : null}
    </div>
  );
}
