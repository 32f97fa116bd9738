/** Why a connection is refused, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Refusal } from '../model/connection';

export function refusalText(refusal: Refusal, trans: TranslationBundle): string {
  switch (refusal.reason) {
    case 'types':
      return trans.__('An output of type %1 does not fit an input of type %2.', ...refusal.types);
    case 'list_to_one':
      return trans.__('A list does not fit an input that takes one.');
    case 'connected_already':
      return trans.__('These are connected already.');
    case 'no_room':
      return trans._n(
        'The input takes one connection. Remove it first.',
        'The input takes at most %1 connections. Remove one first.',
        refusal.most
      );
    case 'cycle':
      return trans.__('That would form a cycle.');
    case 'no_such_port':
      return trans.__('There is no such port any more.');
  }
}
