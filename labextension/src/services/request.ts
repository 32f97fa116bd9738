/** The one place where the server's REST interface is asked. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { readJson } from '../model/text';

const API = 'plynx/api/v0';

/** Why the server didn't do it: its own words, or that it can't be reached. */
export class RequestError extends Error {
  constructor(
    message: string,
    /** The HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly code: string,
    readonly data: Readonly<Record<string, unknown>> = {}
  ) {
    super(message);
  }
}

/** What every reply has. */
export interface Reply {
  readonly status: 'SUCCESS' | 'FAILED' | 'VALIDATION_FAILED';
}

/** A body that is JSON already; numbers in it stay as they are written (1.0, or more digits than JavaScript has). */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Asks one Jupyter server. */
export class Rest {
  constructor(readonly settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {}

  /** The address of an endpoint, with the names in its path encoded. */
  url(...parts: readonly string[]): string {
    return URLExt.join(this.settings.baseUrl, API, ...parts.map(encodeURIComponent));
  }

  /** @throws RequestError for whatever isn't a success, but for a validation that failed. */
  async request<T extends Reply>(
    method: string,
    parts: readonly string[],
    body?: unknown,
    query: Readonly<Record<string, string>> = {},
    read: (text: string) => unknown = JSON.parse
  ): Promise<T> {
    const url = this.url(...parts) + URLExt.objectToQueryString({ ...query });
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = body instanceof JsonText ? body.text : JSON.stringify(body);
    }
    let response: Response;
    let text: string;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
      text = await response.text();
    } catch {
      throw new RequestError('The Jupyter server does not answer.', 0, 'unreachable');
    }
    const reply = parsed(text, response.ok ? read : JSON.parse);
    if (!response.ok || !reply) {
      throw new RequestError(
        reply?.message ?? `The server answered with status ${response.status}.`,
        response.status,
        reply?.code ?? 'unexpected',
        reply?.data
      );
    }
    return reply as unknown as T;
  }

  get<T extends Reply>(
    parts: readonly string[],
    query?: Readonly<Record<string, string>>
  ): Promise<T> {
    return this.request('GET', parts, undefined, query);
  }

  /** Ask for something that holds (parts of) a document, whose numbers are to stay as they are written. */
  document<T extends Reply>(method: 'GET' | 'POST', parts: readonly string[], body?: unknown) {
    return this.request<T>(method, parts, body, {}, readJson);
  }

  post<T extends Reply>(parts: readonly string[], body: unknown = {}): Promise<T> {
    return this.request('POST', parts, body);
  }
}

interface Problem extends Reply {
  readonly code?: string;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

function parsed(text: string, read: (text: string) => unknown): Problem | null {
  try {
    return read(text) as Problem;
  } catch {
    return null;
  }
}
