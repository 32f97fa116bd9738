/** Where in nested composites the canvas is, and the way out. */
import { Panel } from '@xyflow/react';

import { useSignal } from '../components/useSignal';
import { useCanvas } from './editorContext';

export function Breadcrumb(): JSX.Element | null {
  const { level, trans } = useCanvas();
  const path = useSignal(level.opened, () => level.path);
  useSignal(level.changed, () => level.graph);
  if (path.length === 0) {
    return null;
  }
  const steps = level.steps();
  return (
    <Panel position="top-left">
      <nav className="jp-plynx-Breadcrumb" aria-label={trans.__('Opened composites')}>
        <ol>
          {steps.map((step, index) => (
            <li key={step.path.join('/')}>
              {index === steps.length - 1 ? (
                <span aria-current="page">{step.title || trans.__('Untitled')}</span>
              ) : (
                <button type="button" onClick={() => level.open(step.path)}>
                  {step.title || (index === 0 ? trans.__('Graph') : trans.__('Untitled'))}
                </button>
              )}
            </li>
          ))}
        </ol>
      </nav>
    </Panel>
  );
}
