"""The examples that come along."""

from __future__ import annotations

import asyncio

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter.services.examples import list_examples, load_example

from ..base import RESOURCE, PlynxHandler


class ExamplesHandler(PlynxHandler):
    """``GET examples``: their names and titles."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List them."""
        found = await asyncio.to_thread(list_examples)
        self.reply(items=[{"name": example.name, "title": example.title} for example in found])


class ExampleHandler(PlynxHandler):
    """``GET examples/{name}``: one with its files."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, name: str) -> None:
        """Return the files as text; whoever asks writes them where they are wanted."""
        example = await asyncio.to_thread(load_example, name)
        self.reply(
            example=example.name,
            title=example.title,
            document=example.document,
            files=[{"path": path, "content": content} for path, content in example.files.items()],
        )
