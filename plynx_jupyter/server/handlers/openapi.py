"""The contract, for programs."""

from __future__ import annotations

import json

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter import __version__

from ..base import RESOURCE, PlynxHandler


class OpenApiHandler(PlynxHandler):
    """``GET openapi.json``: the OpenAPI document of this API."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Return the document; it is made anew, as few ask for it."""
        from plynx_jupyter.wire.openapi import openapi

        assert self.request.path.endswith("/openapi.json")
        here = self.request.path.removesuffix("/openapi.json")
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(json.dumps(openapi(__version__, here)))
