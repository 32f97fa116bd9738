/** The icon of a kind of operation. */
import {
  codeIcon,
  consoleIcon,
  extensionIcon,
  fileIcon,
  type LabIcon,
  notebookIcon,
  pythonIcon,
  terminalIcon
} from '@jupyterlab/ui-components';

import { graphIcon } from '../icons';

const ICONS: Readonly<Record<string, LabIcon>> = {
  file: fileIcon,
  notebook: notebookIcon,
  python: pythonIcon,
  function: codeIcon,
  bash_jinja2: terminalIcon,
  command: consoleIcon,
  composite: graphIcon
};

export function kindIcon(kind: string): LabIcon {
  return (Object.hasOwn(ICONS, kind) ? ICONS[kind] : undefined) ?? extensionIcon;
}

export function KindIcon({ kind }: { readonly kind: string }): JSX.Element {
  const icon = kindIcon(kind);
  return <icon.react tag="span" className="jp-plynx-KindIcon" title={kind} elementSize="normal" />;
}
