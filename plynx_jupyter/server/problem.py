"""The one place where an error becomes an HTTP reply."""

from __future__ import annotations

import secrets
from typing import Any

from tornado.web import HTTPError

from plynx_jupyter.errors import (
    ArtifactMissingError,
    ConflictError,
    GraphInvalidError,
    InvalidInputError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    OperationInvalidError,
    PlynxError,
)

_STATUS: tuple[tuple[type[PlynxError], int], ...] = (
    (GraphInvalidError, 422),
    (OperationInvalidError, 422),
    (InvalidInputError, 400),
    (NotAuthenticatedError, 403),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (ArtifactMissingError, 404),
    (ConflictError, 409),
    (PlynxError, 503),
)
_HTTP_CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "no_such_method",
    413: "too_large",
    415: "unsupported_media_type",
}


def problem(error: BaseException) -> tuple[int, dict[str, Any]]:
    """Return the status and the body that tell of ``error``; what wasn't foreseen gets only a reference."""
    if isinstance(error, PlynxError):
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        body: dict[str, Any] = {
            "status": "FAILED",
            "code": error.code,
            "message": error.message,
            "data": error.data,
        }
        if isinstance(error, GraphInvalidError):
            body["status"] = "VALIDATION_FAILED"
            body["validation_error"] = error.data.get("validation_error")
        return status, body
    if isinstance(error, HTTPError):
        message = error.reason or error.log_message or "The request can't be served."
        code = _HTTP_CODES.get(error.status_code, f"http_{error.status_code}")
        return error.status_code, {"status": "FAILED", "code": code, "message": message, "data": {}}
    if isinstance(error, RecursionError):
        deep = "What was sent is nested too deeply."
        return 400, {"status": "FAILED", "code": "malformed", "message": deep, "data": {}}
    return 500, {
        "status": "FAILED",
        "code": "internal",
        "message": "The server met an error of its own. Its log holds more under this reference.",
        "data": {},
        "reference": secrets.token_hex(6),
    }
