/** Artifacts: heads, tails and previews of them, never whole. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';

import type { Json } from '../model/graph';
import type { Resource } from '../model/runStatus';
import { type Reply, RequestError, type Rest } from './request';

/** One of: the address of a picture, the head of a table, some text. */
export interface ThumbnailData {
  readonly image?: string;
  readonly table?: { readonly columns: readonly string[]; readonly rows: readonly Json[][] };
  readonly text?: string;
}

interface Bundle {
  readonly 'image/png'?: string;
  readonly 'image/svg+xml'?: string;
  readonly 'application/json'?: { readonly columns: readonly string[]; readonly rows: Json[][] };
  readonly 'text/plain'?: string;
}

const MOST_THUMBNAILS = 300;

export class Resources {
  private readonly _thumbnails = new Map<string, Promise<ThumbnailData | null>>();

  constructor(private readonly _rest: Rest) {}

  /** The last bytes of an artifact as text, and whether that is all of it. */
  async tail(resource: Resource, bytes: number): Promise<{ text: string; isWhole: boolean }> {
    if (resource.size_bytes === 0) {
      return { text: '', isWhole: true };
    }
    const { settings } = this._rest;
    const headers = { Range: `bytes=-${bytes}` };
    const url = this._rest.url('resources', resource.digest);
    const response = await ServerConnection.makeRequest(url, { headers }, settings);
    if (!response.ok) {
      throw new RequestError(
        `The server answered with status ${response.status}.`,
        response.status,
        'unexpected'
      );
    }
    return { text: await response.text(), isWhole: resource.size_bytes <= bytes };
  }

  /** An artifact of JSON, all of it. */
  async json(resource: Resource): Promise<unknown> {
    const url = this._rest.url('resources', resource.digest);
    const response = await ServerConnection.makeRequest(url, {}, this._rest.settings);
    if (!response.ok) {
      throw new RequestError(
        `The server answered with status ${response.status}.`,
        response.status,
        'unexpected'
      );
    }
    return response.json();
  }

  /** A bounded preview of an artifact, by MIME types. */
  async preview(resource: Resource): Promise<PartialJSONObject> {
    const query = { preview: 'true', file_type: resource.file_type };
    const reply = await this._rest.get<Reply & { data: PartialJSONObject }>(
      ['resources', resource.digest],
      query
    );
    return reply.data;
  }

  /** A small look at an artifact; null if there is nothing to see. */
  thumbnail(resource: Resource): Promise<ThumbnailData | null> {
    const key = `${resource.file_type}:${resource.digest}`;
    let found = this._thumbnails.get(key);
    if (!found) {
      found = this._loadThumbnail(resource);
      // What couldn't be had now is asked for again the next time.
      found.catch(() => this._thumbnails.delete(key));
      this._thumbnails.set(key, found);
      const [oldest] = this._thumbnails.keys();
      if (this._thumbnails.size > MOST_THUMBNAILS && oldest !== undefined) {
        this._thumbnails.delete(oldest);
      }
    }
    return found;
  }

  private async _loadThumbnail(resource: Resource): Promise<ThumbnailData | null> {
    const query = { preview: 'true', thumbnail: 'true', file_type: resource.file_type };
    const reply = await this._rest.get<Reply & { data: Bundle | null }>(
      ['resources', resource.digest],
      query
    );
    const { data } = reply;
    const png = data?.['image/png'];
    const svg = data?.['image/svg+xml'];
    if (png) {
      return { image: `data:image/png;base64,${png}` };
    }
    if (svg) {
      // In an <img> no script of it runs, and nothing is fetched.
      return { image: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}` };
    }
    const table = data?.['application/json'];
    if (table?.columns && table.rows) {
      return { table };
    }
    const text = data?.['text/plain'];
    return text ? { text } : null;
  }

  /** Where the bytes are for a download, or for a frame that shows them as a document. */
  address(
    resource: Resource,
    how: { readonly view?: boolean; readonly filename?: string }
  ): string {
    const query = {
      ...(how.view ? { view: 'true', file_type: resource.file_type } : {}),
      ...(how.filename ? { filename: how.filename } : {})
    };
    return this._rest.url('resources', resource.digest) + URLExt.objectToQueryString(query);
  }
}
