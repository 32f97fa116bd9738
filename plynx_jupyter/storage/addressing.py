"""What artifacts and records may be called, so that no name leads out of the store."""

from __future__ import annotations

import re

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.ids import Digest

_DIGEST = re.compile(r"[0-9a-f]{64}")
_RECORD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@=-]{0,199}")


def is_digest(text: str) -> bool:
    """Whether text has the form of a digest.

    >>> is_digest("0f" * 32), is_digest("../etc/passwd")
    (True, False)
    """
    return _DIGEST.fullmatch(text) is not None


def object_path(digest: Digest) -> str:
    """Return where an artifact lies below the store's root; ``InvalidInputError`` if it isn't a digest.

    >>> object_path(Digest("ab" + "0" * 62))[:14]
    'objects/ab/000'
    """
    if not is_digest(digest):
        raise InvalidInputError(f"{digest!r} is no digest: that is 64 lower-case hexadecimal digits.")
    return f"objects/{digest[:2]}/{digest[2:]}"


def record_path(name: str) -> str:
    """Return where a record lies below the store's root; ``InvalidInputError`` if it can't be called that.

    >>> record_path("run:node:1")
    'records/run:node:1'
    """
    if not _RECORD_NAME.fullmatch(name):
        raise InvalidInputError(
            f"{name!r} can't name a record: use up to 200 letters, digits and ._:@=-, a letter or digit first."
        )
    return f"records/{name}"


def digest_at(path: str) -> Digest | None:
    """Return which artifact lies at a path of the form ``…/objects/ab/cd…``, None for anything else."""
    digest = "".join(path.rsplit("/", 2)[1:])
    return Digest(digest) if is_digest(digest) else None
