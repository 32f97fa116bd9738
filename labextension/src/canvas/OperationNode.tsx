/** A node on the canvas: title, state, ports. */
import { Handle, type NodeProps, Position } from '@xyflow/react';
import { type CSSProperties, memo, useEffect, useState } from 'react';

import { KindIcon } from '../components/KindIcon';
import { duration, StatusBadge } from '../components/StatusBadge';
import type { Input, Output } from '../model/graph';
import { secondsOf } from '../model/runStatus';
import { useCanvas, useNodeRun, useProgress } from './editorContext';
import type { OperationFlowNode } from './toFlow';
import { typeColor } from './typeColor';

export const OperationNode = memo(function OperationNode(
  props: NodeProps<OperationFlowNode>
): JSX.Element {
  const { node } = props.data;
  const { trans } = useCanvas();
  const title = node.title || trans.__('Untitled');
  const state = useNodeRun(node._id);
  return (
    <div
      className="jp-plynx-Node"
      data-status={state?.status}
      data-kind={node.kind}
      data-node-id={node._id}
      data-testid={`node-${node._id}`}
    >
      <div className="jp-plynx-Node-header" title={title}>
        <KindIcon kind={node.kind} />
        <span className="jp-plynx-Node-title">{title}</span>
      </div>
      <NodeState id={node._id} />
      <div className="jp-plynx-Node-ports">
        <div className="jp-plynx-Node-inputs">
          {(node.inputs ?? []).map(port => (
            <Port key={port.name} port={port} isInput />
          ))}
        </div>
        <div className="jp-plynx-Node-outputs">
          {(node.outputs ?? []).map(port => (
            <Port key={port.name} port={port} isInput={false} />
          ))}
        </div>
      </div>
    </div>
  );
});

function NodeState({ id }: { readonly id: string }): JSX.Element | null {
  const { trans } = useCanvas();
  const state = useNodeRun(id);
  const progress = useProgress(id);
  const now = useClock(state?.status === 'RUNNING');
  if (!state || state.status === 'STATIC' || state.status === 'SPECIAL') {
    return null;
  }
  const seconds = secondsOf(state, now);
  const told = [
    state.status === 'RUNNING' && progress ? `${progress.done}/${progress.total}` : '',
    seconds === undefined ? '' : duration(seconds)
  ];
  const failed = state.error?.message;
  return (
    <div className="jp-plynx-Node-state" title={failed ?? undefined}>
      <StatusBadge status={state.status} detail={told.filter(Boolean).join(' · ')} trans={trans} />
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
  port,
  isInput
}: {
  readonly port: Input | Output;
  readonly isInput: boolean;
}): JSX.Element {
  const { trans } = useCanvas();
  const type = port.file_type ?? 'file';
  const listed = port.is_array ? trans.__('list of %1', type) : type;
  const optional = isInput && (port as Input).min_count === 0;
  return (
    <div
      className={`jp-plynx-Port ${isInput ? 'jp-mod-input' : 'jp-mod-output'}`}
      title={`${port.name}: ${listed}`}
    >
      <Handle
        id={port.name}
        type={isInput ? 'target' : 'source'}
        position={isInput ? Position.Left : Position.Right}
        className={`jp-plynx-Handle${port.is_array ? ' jp-mod-list' : ''}${optional ? ' jp-mod-optional' : ''}`}
        style={{ '--jp-plynx-type-color': typeColor(type) } as CSSProperties}
        aria-label={trans.__('%1, %2', port.name, listed)}
      />
      <span className="jp-plynx-Port-name">{port.name}</span>
    </div>
  );
}
