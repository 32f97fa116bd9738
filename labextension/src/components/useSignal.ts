/** What a model holds, read again whenever its signal says that it changed. */
import type { ISignal } from '@lumino/signaling';
import { useCallback, useSyncExternalStore } from 'react';

type Listener = () => void;

/**
 * The listeners of each signal. Lumino looks through all connections of a signal for each that is made: with a
 * connection for each of thousands of nodes that takes seconds. Here there is one, whatever the number of listeners.
 */
const fans = new WeakMap<object, Set<Listener>>();

function listenTo<S, A>(signal: ISignal<S, A>, listener: Listener): Listener {
  let fan = fans.get(signal);
  if (!fan) {
    const made = new Set<Listener>();
    signal.connect(() => {
      for (const listen of [...made]) {
        listen();
      }
    });
    fans.set(signal, made);
    fan = made;
  }
  const there = fan;
  there.add(listener);
  return () => {
    there.delete(listener);
  };
}

/** `read` returns the same object until the signal is emitted. */
export function useSignal<T, S, A>(signal: ISignal<S, A> | null, read: () => T): T {
  const listen = useCallback(
    (onChange: Listener) => (signal ? listenTo(signal, onChange) : () => undefined),
    [signal]
  );
  return useSyncExternalStore(listen, read);
}
