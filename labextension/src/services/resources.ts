/** Artifacts: heads, tails and previews of them, never whole. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';

import type { Resource } from '../model/runStatus';
import { type Reply, RequestError, type Rest } from './request';

export class Resources {
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

  /** A bounded preview of an artifact, by MIME types. */
  async preview(resource: Resource): Promise<PartialJSONObject> {
    const query = { preview: 'true', file_type: resource.file_type };
    const reply = await this._rest.get<Reply & { data: PartialJSONObject }>(
      ['resources', resource.digest],
      query
    );
    return reply.data;
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
