/** The examples that come along. */
import type { Reply, Rest } from './request';

export interface Example extends Reply {
  readonly example: string;
  readonly title: string;
  /** The path of its graph among the files. */
  readonly document: string;
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

export function loadExample(rest: Rest, name: string): Promise<Example> {
  return rest.get<Example>(['examples', name]);
}
