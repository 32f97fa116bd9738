"""Routes whose handlers are imported with the first request to one of them, so that the server starts without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.routing import RuleRouter
from tornado.web import Application


class LazyRoutes(RuleRouter):
    """Stands among a web application's rules for those that ``load`` returns: pairs of a pattern and a handler."""

    SUPPORTED_METHODS: tuple[str, ...] = ()
    """None of its own: Jupyter Server looks whether handlers are authenticated when they are added to it."""

    def __init__(self, application: Application, load: Callable[[], Sequence[tuple[str, Any]]]) -> None:
        super().__init__()
        self._application = application
        self._load: Callable[[], Sequence[tuple[str, Any]]] | None = load

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:
        """Return what handles the request; None leaves it to others."""
        if self._load is not None:
            base_url = self._application.settings["base_url"]
            self.add_rules([(url_path_join(base_url, pattern), handler) for pattern, handler in self._load()])
            self._load = None
        found: HTTPMessageDelegate | None = super().find_handler(request, **kwargs)
        return found

    def get_target_delegate(
        self, target: Any, request: HTTPServerRequest, **target_params: Any
    ) -> HTTPMessageDelegate | None:
        """Let the web application run the handler."""
        delegate: HTTPMessageDelegate = self._application.get_handler_delegate(
            request, target, **target_params
        )
        return delegate
