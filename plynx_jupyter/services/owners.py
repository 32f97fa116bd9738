"""Who works on a store: names of programs, and which of them are known to be gone."""

from __future__ import annotations

import os
import secrets
import socket

from plynx_jupyter.metadata.base import LeaseStore


def new_owner() -> str:
    """Return a name for this program: its host, its process and something that tells it from earlier ones."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Tell whether a program is known to be gone: it was a process of this host, and no such process is left.

    A process id that is in use again hides that; the lease then has to expire.
    """
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and somebody else's
        return False
    return False


def release_leases_of_the_gone(store: LeaseStore) -> None:
    """Free at once what programs of this host held that were killed, instead of waiting until it expires."""
    for owner in store.lease_owners():
        if is_gone(owner):
            store.release_all(owner)
