/** Operations that are offered to be added: the blank one of each kind, and those that are stored. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Nodes, Operation } from '../services/nodes';

/** An operation of a list: stored, or the blank one of a kind. */
export interface Offer {
  /** What `Nodes.load` takes. */
  readonly key: string;
  readonly title: string;
  readonly kind: string;
  readonly description: string;
  readonly isStored: boolean;
}

export function blankOffer(kind: string, trans: TranslationBundle): Offer {
  const titles: Readonly<Record<string, string>> = {
    python: trans.__('Python script'),
    function: trans.__('Python function'),
    bash_jinja2: trans.__('Bash script'),
    command: trans.__('Command'),
    notebook: trans.__('Notebook'),
    file: trans.__('File')
  };
  return { key: kind, kind, title: titles[kind] ?? kind, description: '', isStored: false };
}

export function storedOffer(operation: Operation, trans: TranslationBundle): Offer {
  const { _id: key, kind, title, description } = operation;
  return {
    key,
    kind,
    title: title || trans.__('Untitled'),
    description: typeof description === 'string' ? description : '',
    isStored: true
  };
}

/** An offer together with the operation itself. */
export interface FoundOffer {
  readonly offer: Offer;
  readonly operation: Operation;
}

/** Finds operations by words; what the blank ones look like is asked for once. */
export class OfferSearch {
  constructor(
    private readonly _nodes: Nodes,
    private readonly _trans: TranslationBundle
  ) {}

  async find(words: string): Promise<readonly FoundOffer[]> {
    const [blank, stored] = await Promise.all([this._blanks(), this._nodes.search(words)]);
    const lowered = words.trim().toLowerCase();
    return [
      ...blank.filter(({ offer }) => offer.title.toLowerCase().includes(lowered)),
      ...stored.map(operation => ({ operation, offer: storedOffer(operation, this._trans) }))
    ];
  }

  private _blanks(): Promise<readonly FoundOffer[]> {
    this._known ??= this._load();
    this._known.catch(() => {
      this._known = null;
    });
    return this._known;
  }

  private async _load(): Promise<readonly FoundOffer[]> {
    const kinds = (await this._nodes.kinds()).filter(kind => kind !== 'composite');
    return Promise.all(
      kinds.map(async kind => ({
        offer: blankOffer(kind, this._trans),
        operation: await this._nodes.load(kind)
      }))
    );
  }

  private _known: Promise<readonly FoundOffer[]> | null = null;
}
