"""Every error this project raises on purpose, as one tree; nothing else lives here.

Each class has a stable ``code`` that programs may rely on; ``data`` is JSON-ready and says which graph,
node, port, parameter, cell or line is meant. All of them survive pickling, since some cross processes.
"""

from __future__ import annotations

from typing import Any, ClassVar


class PlynxError(Exception):
    """Base of all errors raised on purpose; ``str(error)`` says what failed, on what, and what to do."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.data: dict[str, Any] = data

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.data)


def _rebuild(cls: type[PlynxError], message: str, data: dict[str, Any]) -> PlynxError:
    return cls(message, **data)


class InvalidInputError(PlynxError):
    """What the caller handed over can't be used; nothing was changed."""

    code = "invalid_input"


class DocumentError(InvalidInputError):
    """A ``.plynx`` document can't be read; ``data`` holds ``path``, ``line`` and ``column`` where known."""

    code = "document.invalid"


class NewerDocumentError(DocumentError):
    """A ``.plynx`` document was written by a newer version of this project."""

    code = "document.newer"


class GraphInvalidError(InvalidInputError):
    """A graph did not pass validation; ``data["validation_error"]`` is the whole tree of problems."""

    code = "graph.invalid"


class OperationInvalidError(InvalidInputError):
    """A notebook, function or script can't become an operation; all reasons are in the message."""

    code = "operation.invalid"


class PlatformError(InvalidInputError):
    """The platform file can't be used; ``data["problems"]`` has every mistake with its line."""

    code = "platform.invalid"


class ParameterValueError(InvalidInputError):
    """A value doesn't fit the parameter's type."""

    code = "parameter.invalid"


class NotCanonicalError(InvalidInputError):
    """A value has no canonical form, so it can't be part of a cache key; ``data["path"]`` leads to it."""

    code = "cache.not_canonical"


class NotFoundError(PlynxError):
    """There is no such graph, operation, run, node or artifact."""

    code = "not_found"


class NotAuthenticatedError(PlynxError):
    """It isn't known who asks: a token is unknown, expired or revoked."""

    code = "not_authenticated"


class NotAllowedError(PlynxError):
    """The user may not do this; ``data["policy"]`` names the policy that is missing, where it is one."""

    code = "not_allowed"


class ConflictError(PlynxError):
    """The stored object is newer than the one it should be replaced with."""

    code = "conflict"


class StorageError(PlynxError):
    """The artifact storage is full, unreachable or refuses."""

    code = "storage.failed"


class ArtifactMissingError(StorageError):
    """An artifact that a record speaks of is no longer in the storage, or is damaged."""

    code = "storage.artifact_missing"


class MetadataError(PlynxError):
    """The metadata store is unreachable, too new, or damaged."""

    code = "metadata.failed"


class BackendError(PlynxError):
    """The cluster can't be started or reached."""

    code = "backend.failed"


class JobFailedError(PlynxError):
    """A job ended without its outputs; ``data`` may hold ``exit_code``, ``signal``, ``cell``, ``traceback``."""

    code = "job.failed"


class JobTimeoutError(JobFailedError):
    """A job took longer than its ``_timeout`` and was stopped."""

    code = "job.timeout"


class JobCanceledError(JobFailedError):
    """A job was stopped because somebody asked for it."""

    code = "job.canceled"


class OutputMissingError(JobFailedError):
    """The code ended well but left a declared output out."""

    code = "job.output_missing"


class TemplateError(JobFailedError):
    """A Jinja2 template names something unknown or isn't well formed."""

    code = "job.template"


class RunFailedError(PlynxError):
    """A run that was waited for ended FAILED or CANCELED; the message names the nodes and their reasons."""

    code = "run.failed"


class ServerError(PlynxError):
    """A Jupyter server can't be reached, or doesn't answer as it should; ``data["url"]`` is its address."""

    code = "server.failed"
