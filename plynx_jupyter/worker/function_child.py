"""The program of a reusable child: reads calls of functions from a socket, one at a time, and answers each.

Run as ``python function_child.py FD``. It says that it is ready before it imports anything more, and imports
what calls will need while it waits for the first.
"""

from __future__ import annotations

import os
import sys

READY = b"r"


def main() -> None:
    """Serve calls until the worker closes the socket."""
    descriptor = int(sys.argv[1])
    os.set_inheritable(descriptor, False)
    os.write(descriptor, READY)
    _look_for_this_package()
    from plynx_jupyter.worker.function_serving import serve

    serve(descriptor)


def _look_for_this_package() -> None:
    """Make the package importable as in the worker, and its modules not importable by their bare names."""
    rooms = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    home = os.path.dirname(rooms)  # noqa: PTH120
    del sys.path[0]
    if home not in sys.path:
        sys.path.append(home)


if __name__ == "__main__":
    main()
