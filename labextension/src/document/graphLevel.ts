/** What is edited of a shared graph: the graph itself, or what is inside one of its composites. */
import { type ISignal, Signal } from '@lumino/signaling';

import type { Edit } from '../model/edits';
import { type Graph, nodeOf } from '../model/graph';
import { COMPOSITE, editAt, graphAt, type Path, pathId } from '../model/nesting';
import type { SharedGraph } from './sharedGraph';

/** A step of the way in: its title, and what to pass to `open` to go there. */
export interface Step {
  readonly title: string;
  readonly path: Path;
}

/**
 * One level of a shared graph. Which level somebody looks at isn't part of the document.
 *
 * When the composite is removed, by whomever, the level goes out to what is still there.
 */
export class GraphLevel {
  constructor(readonly shared: SharedGraph) {
    shared.changed.connect(this._onChange);
  }

  /** The ids of the composites around it. */
  get path(): Path {
    return this._path;
  }

  get graph(): Graph {
    return graphAt(this.shared.graph, this._path) ?? this.shared.graph;
  }

  /** Emitted when the graph here changed, or when it is another level. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted when it is another level. */
  get opened(): ISignal<this, void> {
    return this._opened;
  }

  /** Change what is here, as one step that can be undone. */
  update(edit: Edit): void {
    this.shared.update(editAt(this._path, edit));
  }

  /** Go to a level; to the nearest one around it if it isn't there. */
  open(path: Path): void {
    const there = this._existing(path);
    if (there.join('/') !== this._path.join('/')) {
      this._path = there;
      this._last = this.graph;
      this._opened.emit();
      this._changed.emit();
    }
  }

  /** Go into a composite; false if the node isn't one. */
  enter(id: string): boolean {
    if (nodeOf(this.graph, id)?.kind !== COMPOSITE) {
      return false;
    }
    this.open([...this._path, id]);
    return true;
  }

  /** The way from the whole graph to here. */
  steps(): readonly Step[] {
    const steps: Step[] = [{ title: this.shared.graph.title ?? '', path: [] }];
    this._path.forEach((_, index) => {
      const path = this._path.slice(0, index + 1);
      steps.push({ title: graphAt(this.shared.graph, path)?.title ?? '', path });
    });
    return steps;
  }

  /** What a node here is called in the state of a run. */
  runId(id: string): string {
    return this._path.length > 0 ? pathId(this._path, id) : id;
  }

  dispose(): void {
    this.shared.changed.disconnect(this._onChange);
    Signal.clearData(this);
  }

  private _existing(path: Path): Path {
    let there = path;
    while (there.length > 0 && !graphAt(this.shared.graph, there)) {
      there = there.slice(0, -1);
    }
    return there;
  }

  private readonly _onChange = (): void => {
    const there = this._existing(this._path);
    if (there.length < this._path.length) {
      this.open(there);
    } else if (this.graph !== this._last) {
      this._last = this.graph;
      this._changed.emit();
    }
  };

  private _path: Path = [];
  private _last: Graph | undefined;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _opened = new Signal<this, void>(this);
}
