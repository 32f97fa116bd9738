/** The one place where the server's REST interface is asked. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

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
    query: Readonly<Record<string, string>> = {}
  ): Promise<T> {
    const url = this.url(...parts) + URLExt.objectToQueryString({ ...query });
    const init: RequestInit = { method };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    let response: Response;
    let text: string;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
      text = await response.text();
    } catch {
      throw new RequestError('The Jupyter server does not answer.', 0, 'unreachable');
    }
    const reply = parsed(text);
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

  post<T extends Reply>(parts: readonly string[], body: unknown = {}): Promise<T> {
    return this.request('POST', parts, body);
  }
}

interface Problem extends Reply {
  readonly code?: string;
  readonly message?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

function parsed(text: string): Problem | null {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return null;
  }
}
