/** The drive `PLynx:`: stored graphs as documents, runs and executed notebooks to look at. */
import type { Contents, ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import { newId } from '../model/ids';
import { writeGraph } from '../model/text';
import type { Events } from '../services/events';
import type { Graphs, GraphSummary } from '../services/graphs';
import type { Resources } from '../services/resources';
import type { Runs } from '../services/runs';
import { DRIVE, graphPath, type Place, placeAt, runPath, titleOf } from './drivePaths';

const MIME = 'application/x-plynx+json';
const CHECKPOINT = 'stored';

/** Whose words about a path are shown to people: JupyterLab shows the message of an error. */
class NotThere extends Error {
  readonly response = { status: 404 };
}

export interface DriveOptions {
  readonly serverSettings: ServerConnection.ISettings;
  readonly graphs: Graphs;
  readonly runs: Runs;
  readonly resources: Resources;
  readonly events: Events;
}

/**
 * Saving stores the graph only if nobody else has since it was read here; JupyterLab compares the dates before, and
 * asks what to do.
 */
export class PlynxDrive implements Contents.IDrive {
  readonly name = DRIVE;
  readonly serverSettings: ServerConnection.ISettings;

  constructor(private readonly _options: DriveOptions) {
    this.serverSettings = _options.serverSettings;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  async get(localPath: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const place = known(localPath);
    const wantsContent = options?.content !== false;
    switch (place.kind) {
      case 'folder':
        return this._folder(place.name);
      case 'graph': {
        const { summary, text } = await this._options.graphs.load(place.id);
        // JupyterLab compares dates before it saves, and asks when they differ. What it saves then is meant to replace
        // what it has seen, and nothing that comes in between.
        this._dates.set(place.id, summary.update_date ?? undefined);
        return { ...graphModel(summary, localPath), content: wantsContent ? text : null };
      }
      case 'run': {
        const run = await this._options.runs.load(place.id);
        const model = fileModel(localPath, run.created_at, run.created_at, false);
        const content = wantsContent
          ? writeGraph(await this._options.runs.snapshot(place.id))
          : null;
        return { ...model, content };
      }
      case 'executed':
        return this._executed(localPath, place, wantsContent);
    }
  }

  getDownloadUrl(localPath: string): Promise<string> {
    return this.get(localPath).then(({ content }) => {
      const text = typeof content === 'string' ? content : JSON.stringify(content, null, 1);
      return `data:application/json;charset=utf-8,${encodeURIComponent(text)}`;
    });
  }

  async newUntitled(): Promise<Contents.IModel> {
    const text = writeGraph({ plynx: 1, _id: newId(), title: '', kind: 'graph', nodes: [] });
    return this._new(await this._options.graphs.save(text));
  }

  async delete(localPath: string): Promise<void> {
    await this._options.graphs.delete(graphAt(localPath).id);
    this._fileChanged.emit({ type: 'delete', oldValue: { path: localPath }, newValue: null });
  }

  async rename(oldLocalPath: string, newLocalPath: string): Promise<Contents.IModel> {
    const { id } = graphAt(oldLocalPath);
    const renamed = await this._options.graphs.rename(id, titleOf(newLocalPath));
    this._dates.set(id, renamed.update_date ?? undefined);
    const model = graphModel(renamed, graphPath(id, renamed.title));
    this._fileChanged.emit({ type: 'rename', oldValue: { path: oldLocalPath }, newValue: model });
    return model;
  }

  async save(localPath: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    const { id } = graphAt(localPath);
    const saved = await this._options.graphs.save(String(options.content), this._dates.get(id));
    this._dates.set(id, saved.update_date ?? undefined);
    const model = graphModel(saved, localPath);
    this._fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    const path = graphPath(id, saved.title);
    if (path !== localPath) {
      // Its title was edited: it is called so from now on.
      const newValue = { ...model, path, name: path.split('/').at(-1) ?? path };
      this._fileChanged.emit({ type: 'rename', oldValue: { path: localPath }, newValue });
    }
    return model;
  }

  async copy(localPath: string): Promise<Contents.IModel> {
    return this._new(await this._options.graphs.clone(graphAt(localPath).id));
  }

  /** The store keeps one version of a graph; the snapshots of its runs are the older ones. */
  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return Promise.resolve({ id: CHECKPOINT, last_modified: new Date().toISOString() });
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return Promise.resolve();
  }

  deleteCheckpoint(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  private _new(graph: GraphSummary): Contents.IModel {
    const path = graphPath(graph._id, graph.title);
    const model = graphModel(graph, path);
    this._fileChanged.emit({ type: 'new', oldValue: null, newValue: model });
    // JupyterLab makes the path of what is new from its folder and its name.
    return { ...model, name: path };
  }

  private async _folder(name: string): Promise<Contents.IModel> {
    const content = await this._listed(name);
    const now = new Date().toISOString();
    return {
      name: name.split('/').at(-1) ?? name,
      path: name,
      type: 'directory',
      writable: name === '',
      created: now,
      last_modified: now,
      mimetype: '',
      format: 'json',
      content
    };
  }

  private async _listed(folder: string): Promise<Contents.IModel[]> {
    const { graphs, runs } = this._options;
    if (folder === '') {
      return (await graphs.search('')).map(graph =>
        graphModel(graph, graphPath(graph._id, graph.title))
      );
    }
    if (folder === 'runs') {
      return (await runs.newest(undefined, 100)).map(run =>
        fileModel(runPath(run._id, run.title), run.created_at, run.created_at, false)
      );
    }
    // The folder of one graph or run is there for its path only.
    return [];
  }

  private async _executed(
    path: string,
    { run: runId, node }: { readonly run: string; readonly node: string },
    wantsContent: boolean
  ): Promise<Contents.IModel> {
    const run = await this._options.runs.load(runId);
    const [notebook] = run.nodes[node]?.logs?.['notebook'] ?? [];
    const soFar = this._options.events.notebookOf(runId, node);
    if (!notebook && soFar !== undefined) {
      const now = new Date().toISOString();
      const content: unknown = JSON.parse(soFar);
      return {
        ...fileModel(path, run.created_at, now, false),
        type: 'notebook',
        format: 'json',
        mimetype: '',
        content: wantsContent ? content : null
      };
    }
    if (!notebook) {
      throw new NotThere(`There is no executed notebook of ${node} in run ${runId}.`);
    }
    const content = wantsContent ? await this._options.resources.json(notebook) : null;
    const at = run.nodes[node]?.finished_at ?? run.created_at;
    return {
      ...fileModel(path, run.created_at, at, false),
      type: 'notebook',
      format: 'json',
      mimetype: '',
      content
    };
  }

  private _isDisposed = false;
  private readonly _dates = new Map<string, string | undefined>();
  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}

function known(localPath: string): Place {
  const place = placeAt(localPath);
  if (!place) {
    throw new NotThere(`${DRIVE}: has nothing called ${localPath}.`);
  }
  return place;
}

function graphAt(localPath: string): { readonly id: string } {
  const place = known(localPath);
  if (place.kind !== 'graph') {
    throw new Error(`${localPath} can only be looked at.`);
  }
  return place;
}

function graphModel(graph: GraphSummary, path: string): Contents.IModel {
  const { insertion_date, update_date } = graph;
  return fileModel(path, insertion_date ?? '', update_date ?? '', !graph._readonly);
}

function fileModel(
  path: string,
  created: string,
  last_modified: string,
  writable: boolean
): Contents.IModel {
  return {
    name: path.split('/').at(-1) ?? path,
    path,
    type: 'file',
    format: 'text',
    mimetype: MIME,
    created,
    last_modified,
    writable,
    content: null
  };
}
