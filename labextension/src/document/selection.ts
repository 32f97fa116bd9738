/** Which nodes of an editor are selected: never a part of the document. */
import { type ISignal, Signal } from '@lumino/signaling';

export class Selection {
  get ids(): readonly string[] {
    return this._ids;
  }

  get changed(): ISignal<this, readonly string[]> {
    return this._changed;
  }

  set(ids: readonly string[]): void {
    const sorted = [...ids].sort();
    if (sorted.join('\n') !== this._ids.join('\n')) {
      this._ids = sorted;
      this._changed.emit(sorted);
    }
  }

  private _ids: readonly string[] = [];
  private readonly _changed = new Signal<this, readonly string[]>(this);
}
