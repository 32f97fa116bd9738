/** What a node made: bounded previews, whatever the size. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONObject } from '@lumino/coreutils';
import { useEffect, useMemo, useState } from 'react';

import type { NodeRunState, Resource } from '../../model/runStatus';
import { canonicalType } from '../../model/types';
import type { Resources } from '../../services/resources';
import { MimeView } from './MimeView';

export interface PreviewTabProps {
  readonly nodeId: string;
  readonly isNotebook: boolean;
  readonly state: NodeRunState | undefined;
  readonly onOpenExecuted: (nodeId: string) => void;
  readonly resources: Resources;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}

export function PreviewTab(props: PreviewTabProps): JSX.Element {
  const { state, trans } = props;
  const { notebook: executed = [] } = state?.logs ?? {};
  const made = [
    ...Object.entries(state?.outputs ?? {}),
    ...(executed.length > 0 ? [[trans.__('Notebook as executed'), executed] as const] : [])
  ];
  const outputs = made.flatMap(([name, found]) =>
    found.map((resource, index) => ({
      name: found.length > 1 ? `${name} ${index + 1}` : name,
      resource
    }))
  );
  const [chosen, setChosen] = useState(0);
  const shown = outputs[Math.min(chosen, outputs.length - 1)];
  const isExecuted = state?.status === 'RUNNING' && props.isNotebook;
  if (!shown && isExecuted) {
    return (
      <p className="jp-plynx-Drawer-hint">
        {trans.__('It is being executed.')}{' '}
        <button
          type="button"
          className="jp-plynx-Runs-open"
          onClick={() => props.onOpenExecuted(props.nodeId)}
        >
          {trans.__('Open the notebook as far as it got')}
        </button>
      </p>
    );
  }
  if (!shown) {
    return (
      <p className="jp-plynx-Drawer-hint">
        {trans.__(
          'There is nothing to look at yet. Run the node, and what it makes is shown here.'
        )}
      </p>
    );
  }
  return (
    <div className="jp-plynx-Preview">
      <div className="jp-plynx-Preview-bar">
        {outputs.length > 1 ? (
          <select
            aria-label={trans.__('Output')}
            value={outputs.indexOf(shown)}
            onChange={event => setChosen(Number(event.target.value))}
          >
            {outputs.map((output, index) => (
              <option key={output.name} value={index}>
                {output.name}
              </option>
            ))}
          </select>
        ) : (
          <strong>{shown.name}</strong>
        )}
        <span>{shown.resource.file_type}</span>
        <span>{size(shown.resource.size_bytes)}</span>
        {shown.resource.inline ? null : (
          <a
            href={props.resources.address(shown.resource, { filename: fileName(shown) })}
            download={fileName(shown)}
          >
            {trans.__('Download')}
          </a>
        )}
        {executed.length > 0 ? (
          <button
            type="button"
            className="jp-plynx-Runs-open"
            onClick={() => props.onOpenExecuted(props.nodeId)}
          >
            {trans.__('Open the executed notebook')}
          </button>
        ) : null}
      </div>
      <Content key={shown.resource.digest} {...props} resource={shown.resource} name={shown.name} />
    </div>
  );
}

/** A name that says what the file holds. */
function fileName({ name, resource }: { name: string; resource: Resource }): string {
  return canonicalType(resource.file_type) === 'notebook' ? 'executed.ipynb' : name;
}

function Content(
  props: PreviewTabProps & { readonly resource: Resource; readonly name: string }
): JSX.Element {
  const { resource, resources, rendermime, trans, name } = props;
  const [data, setData] = useState<PartialJSONObject | null>(null);
  const [problem, setProblem] = useState('');
  const isHtml = canonicalType(resource.file_type) === 'html';
  useEffect(() => {
    let isCurrent = true;
    if (resource.inline || isHtml) {
      return undefined;
    }
    resources.preview(resource).then(
      found => isCurrent && setData(found),
      (error: unknown) =>
        isCurrent && setProblem(error instanceof Error ? error.message : String(error))
    );
    return () => {
      isCurrent = false;
    };
  }, [resource, resources, isHtml]);
  const shown = useMemo(() => (data ? forPeople(data) : null), [data]);
  if (resource.inline) {
    return <pre className="jp-plynx-Preview-value">{JSON.stringify(resource.value, null, 1)}</pre>;
  }
  if (isHtml) {
    // No scripts, no origin: what users made never acts as this page.
    return (
      <iframe
        className="jp-plynx-Preview-frame"
        sandbox=""
        title={name}
        src={resources.address(resource, { view: true })}
      />
    );
  }
  if (problem) {
    return (
      <p className="jp-plynx-Sidebar-problem" role="alert">
        {trans.__('The preview could not be made: %1', problem)}
      </p>
    );
  }
  return shown ? <MimeView data={shown} rendermime={rendermime} /> : <div />;
}

/** A table comes as a page and as data for programs; JupyterLab would show the data. */
function forPeople(data: PartialJSONObject): PartialJSONObject {
  const { 'application/json': _, ...others } = data;
  return 'text/html' in data ? others : data;
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
