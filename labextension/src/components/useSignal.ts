/** What a model holds, read again whenever its signal says that it changed. */
import type { ISignal } from '@lumino/signaling';
import { useCallback, useSyncExternalStore } from 'react';

/** `read` returns the same object until the signal is emitted. */
export function useSignal<T, S, A>(signal: ISignal<S, A> | null, read: () => T): T {
  const listen = useCallback(
    (onChange: () => void) => {
      signal?.connect(onChange);
      return () => {
        signal?.disconnect(onChange);
      };
    },
    [signal]
  );
  return useSyncExternalStore(listen, read);
}
