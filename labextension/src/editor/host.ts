/** What helpers of the editor need of it. */
import type { Flow } from '../canvas/GraphCanvas';
import type { GraphLevel } from '../document/graphLevel';
import type { Selection } from '../document/selection';

export interface EditorHost {
  readonly node: HTMLElement;
  readonly flow: Flow | null;
  readonly level: GraphLevel;
  readonly selection: Selection;
  readonly localPath: string;
  focusNode(id: string): void;
}
