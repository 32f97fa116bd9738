/** What the palette of an editor is opened for, and what it then offers. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { OfferSearch } from '../components/offers';
import { connectionsFrom, type End, fittingPort } from '../model/connection';
import { connect, type Position } from '../model/edits';
import { nodeOf } from '../model/graph';
import type { PaletteItem } from '../panels/palette/Palette';
import type { EditorHost } from './host';

/** An open palette; `at` is in pixels of the editor. */
export interface PaletteRequest {
  readonly key: string;
  readonly at: Position;
  readonly title: string;
  readonly nothing: string;
  readonly find: (words: string) => Promise<readonly PaletteItem[]>;
}

/** Offer operations, only those that can be connected with the end of a line if there is one. */
export function adding(
  editor: EditorHost,
  search: OfferSearch,
  trans: TranslationBundle,
  at: Position,
  add: (key: string, isStored: boolean, from?: End) => void,
  from?: End
): PaletteRequest {
  return {
    key: JSON.stringify([at, from]),
    at,
    title: from
      ? from.side === 'output'
        ? trans.__('Add an operation that takes %1', from.port)
        : trans.__('Add an operation that makes %1', from.port)
      : trans.__('Add an operation'),
    nothing: trans.__('No operation fits. Its types must go together with the port.'),
    find: async words =>
      (await search.find(words))
        .filter(({ operation }) => !from || fittingPort(editor.level.graph, operation, from))
        .map(({ offer }) => ({
          key: offer.key,
          kind: offer.kind,
          title: offer.title,
          detail: offer.isStored ? trans.__('stored') : trans.__('new'),
          choose: () => add(offer.key, offer.isStored, from)
        }))
  };
}

const MOST = 200;

/** Offer the inputs that outputs of a node can be connected with. */
export function connecting(
  editor: EditorHost,
  trans: TranslationBundle,
  at: Position,
  source: string
): PaletteRequest {
  const { level } = editor;
  const from = nodeOf(level.graph, source);
  return {
    key: `connect ${source}`,
    at,
    title: trans.__('Connect %1 with', from?.title || trans.__('the node')),
    nothing: trans.__('No input of the graph takes what this node makes.'),
    find: words => {
      const { graph } = level;
      const lowered = words.trim().toLowerCase();
      const items = connectionsFrom(graph, source).map(line => {
        const target = nodeOf(graph, line.target);
        return {
          key: JSON.stringify(line),
          kind: target?.kind ?? '',
          title: `${target?.title || trans.__('Untitled')}: ${line.input}`,
          detail: trans.__('from %1', line.output),
          choose: () => {
            level.update(connect(line));
            editor.focusNode(source);
          }
        };
      });
      const found = items.filter(item =>
        `${item.title} ${item.detail}`.toLowerCase().includes(lowered)
      );
      return Promise.resolve(found.slice(0, MOST));
    }
  };
}
