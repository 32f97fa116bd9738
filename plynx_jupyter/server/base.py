"""What all handlers have in common: reading and writing JSON, errors as problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from pydantic import BaseModel, ValidationError
from tornado.web import HTTPError

from plynx_jupyter.errors import InvalidInputError, NotAuthenticatedError
from plynx_jupyter.wire.replies import WHO_ASKS

from .identity import IdentifiedHandler
from .limits import JSON_LIMIT
from .problem import problem
from .root_paths import folder_of_document

RESOURCE = "plynx"
"""What Jupyter's authorizer is asked about, with the action ``read``, ``write`` or ``execute``."""
_LONGEST_NAME = 1024
M = TypeVar("M", bound=BaseModel)


class ProblemHandler(JupyterHandler):
    """Tells of errors as the contract says."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell of an error as the contract says, and keep its traceback to the log."""
        error = kwargs.get("exc_info", (None, None, None))[1] or HTTPError(status_code)
        status, body = problem(error)
        if (
            status == 403
            and isinstance(error, HTTPError)
            and not getattr(self, "_jupyter_current_user", None)
        ):
            body |= {"code": NotAuthenticatedError.code, "message": WHO_ASKS}
        if status == 500:
            self.log.error("Reference %s", body.get("reference"), exc_info=error)
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(_json(body))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Leave foreseen errors out of the log; ``write_error`` logs the others."""
        if problem(value)[0] == 500 if value is not None else False:
            return
        super().log_exception(typ, value, tb) if isinstance(value, HTTPError) else None


class PlynxHandler(ProblemHandler, IdentifiedHandler, APIHandler):
    """A handler of the REST contract; replies and errors are JSON."""

    auth_resource = RESOURCE

    async def prepare(self) -> None:
        """Refuse, once it is known who asks, names in the path that nothing can have."""
        await super().prepare()
        for name in self.path_args:
            if name and (len(name) > _LONGEST_NAME or not name.isprintable()):
                raise HTTPError(404, log_message="There is nothing of that name.")

    def read_json(self, model: type[M]) -> M:
        """Return the request's body as ``model``; raises ``InvalidInputError`` naming every field that is wrong."""
        if len(self.request.body) > JSON_LIMIT:
            raise HTTPError(413, log_message=f"The body has more than {JSON_LIMIT} bytes.")
        try:
            data = json.loads(
                self.request.body or b"{}", object_pairs_hook=_without_doubles, parse_constant=_no_constant
            )
        except RecursionError as error:
            raise InvalidInputError("The body is nested too deeply.") from error
        except (ValueError, UnicodeDecodeError) as error:
            raise InvalidInputError(f"The body isn't JSON: {error}.") from error
        return validated(model, data)

    def folder(self, path: str | None = None) -> Path | None:
        """Return where relative paths of a graph's files are looked for; see ``folder_of_document``."""
        return folder_of_document(self.contents_manager, path)

    def reply(self, status: str = "SUCCESS", **fields: Any) -> None:
        """Finish with a JSON object."""
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(_json({"status": status, **fields}))


def validated(model: type[M], data: Any) -> M:
    """Return ``data`` as ``model``; raises ``InvalidInputError`` naming every field that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [
            {"where": ".".join(map(str, found["loc"])) or "body", "problem": found["msg"]}
            for found in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        listed = "; ".join(f"{p['where']}: {p['problem']}" for p in problems)
        raise InvalidInputError(f"The request is wrong: {listed}", problems=problems) from error


def _json(data: Any) -> bytes:
    text = json.dumps(data, ensure_ascii=False, default=str)
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can say
        return json.dumps(data, default=str).encode()


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} isn't a value that JSON has")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {double!r} is there twice")
    return found
