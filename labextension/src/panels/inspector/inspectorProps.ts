/** What all parts of the inspector get. */
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { GraphLevel } from '../../document/graphLevel';
import type { RunView } from '../../document/levelRun';
import type { PlanMonitor } from '../../document/planMonitor';
import type { Selection } from '../../document/selection';

export interface InspectorProps {
  readonly graph: GraphLevel;
  readonly selection: Selection;
  readonly monitor: RunView;
  readonly plan: PlanMonitor;
  readonly readOnly: boolean;
  readonly trans: TranslationBundle;
  readonly services: IEditorServices;
  readonly rendermime: IRenderMimeRegistry;
  /** Use the newest versions of deprecated operations. */
  readonly onUpgrade: () => void;
}
