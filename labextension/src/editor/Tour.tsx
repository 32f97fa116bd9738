/** A few notes for those who see the editor for the first time; never in the way of working. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';

export interface TourProps {
  readonly trans: TranslationBundle;
  readonly onClose: () => void;
}

export function Tour({ trans, onClose }: TourProps): JSX.Element {
  const [step, setStep] = useState(0);
  const steps = [
    {
      title: trans.__('A graph is made of operations'),
      text: trans.__(
        'Drag notebooks, scripts and data from the file browser, or press / on the canvas to search for an operation.'
      )
    },
    {
      title: trans.__('Connect outputs with inputs'),
      text: trans.__(
        'Pull a line from a port on the right of a node to one on the left of another. Only types that fit go together. With the keyboard: C.'
      )
    },
    {
      title: trans.__('Run it'),
      text: trans.__(
        'Press Ctrl+Enter. What has not changed since it was last run is restored; each node says beforehand what it will do.'
      )
    },
    {
      title: trans.__('Look at the results'),
      text: trans.__(
        'Select a node: its log and what it made are below the canvas, its parameters in the property inspector on the right.'
      )
    },
    {
      title: trans.__('Nothing is lost'),
      text: trans.__(
        'Every edit can be undone. Runs go on when the tab is closed, and the tab Runs below shows and compares them all.'
      )
    }
  ];
  const shown = steps[step];
  const isLast = step === steps.length - 1;
  return (
    <aside
      className="jp-plynx-Tour"
      role="dialog"
      aria-label={trans.__('Tour of the graph editor')}
    >
      <h3>{shown?.title}</h3>
      <p>{shown?.text}</p>
      <div className="jp-plynx-Tour-bar">
        <span>{trans.__('%1 of %2', step + 1, steps.length)}</span>
        <button type="button" className="jp-mod-styled" onClick={onClose}>
          {isLast ? trans.__('Close') : trans.__('Skip')}
        </button>
        {isLast ? null : (
          <button
            type="button"
            className="jp-mod-styled jp-mod-accept"
            onClick={() => setStep(step + 1)}
          >
            {trans.__('Next')}
          </button>
        )}
      </div>
    </aside>
  );
}
