/** Which tab of a drawer is open. */
import { type ISignal, Signal } from '@lumino/signaling';

export const TABS = ['logs', 'preview', 'timeline', 'problems', 'runs'] as const;

export type Tab = (typeof TABS)[number];

export class DrawerState {
  /** The open tab; null: the drawer is closed. */
  get tab(): Tab | null {
    return this._tab;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  open(tab: Tab | null): void {
    if (tab !== this._tab) {
      this._tab = tab;
      this._changed.emit();
    }
  }

  private _tab: Tab | null = null;
  private readonly _changed = new Signal<this, void>(this);
}
