"""Which handler serves which path."""

from __future__ import annotations

from typing import Any

from .handlers import (
    cache,
    compare,
    events,
    examples,
    from_code,
    graphs,
    hubs,
    nodes,
    openapi,
    resources,
    runs,
    state,
    uploads,
    users,
)

# What is percent-encoded is decoded only after a route was found, so that all characters have to fit here.
_ID = r"([^/]{1,512})"
_NODE_PATH = r"([^?]{1,2048})"
_GRAPH_ACTIONS = r"(approve|validate|rearrange|upgrade_nodes|cancel|generate_code|clone)"
_GRAPH_EDITS = r"(list_nodes|insert_node|remove_node|create_link|remove_link|change_parameter)"

ROUTES: tuple[tuple[str, Any], ...] = (
    ("health", state.HealthHandler),
    ("worker_states", state.WorkerStatesHandler),
    ("master_state", state.WorkerStatesHandler),
    ("plugins", state.PluginsHandler),
    ("openapi.json", openapi.OpenApiHandler),
    ("search_graphs", graphs.SearchGraphsHandler),
    ("graphs", graphs.GraphsHandler),
    (f"graphs/{_ID}", graphs.GraphHandler),
    (f"graphs/{_ID}/update", graphs.GraphUpdateHandler),
    (f"graphs/{_ID}/plan", graphs.GraphPlanHandler),
    (f"graphs/{_ID}/{_GRAPH_ACTIONS}", graphs.GraphActionHandler),
    (f"graphs/{_ID}/nodes/{_GRAPH_EDITS}", graphs.GraphNodesHandler),
    ("plan", graphs.PlanHandler),
    ("search_nodes", nodes.SearchNodesHandler),
    ("search_in_hubs", hubs.SearchInHubsHandler),
    ("nodes", nodes.NodesHandler),
    ("nodes/from_notebook", from_code.FromNotebookHandler),
    ("nodes/from_function", from_code.FromFunctionHandler),
    ("nodes/from_script", from_code.FromScriptHandler),
    (f"nodes/{_ID}", nodes.NodeHandler),
    ("examples", examples.ExamplesHandler),
    (f"examples/{_ID}", examples.ExampleHandler),
    ("search_runs", runs.SearchRunsHandler),
    ("runs", runs.RunsHandler),
    ("runs/compare", compare.CompareRunsHandler),
    (f"runs/{_ID}", runs.RunHandler),
    (f"runs/{_ID}/events", runs.RunEventsHandler),
    (f"runs/{_ID}/(cancel|retry|clone)", runs.RunActionHandler),
    (f"runs/{_ID}/nodes/{_NODE_PATH}/cancel", runs.RunNodeCancelHandler),
    ("resources", uploads.ResourcesHandler),
    (f"resources/{_ID}", resources.ResourceHandler),
    ("upload_file", uploads.UploadFileHandler),
    ("cache", cache.CacheHandler),
    ("cache/use", cache.CacheUseHandler),
    ("cache/clean", cache.CacheCleanHandler),
    ("cache/protect", cache.CacheProtectHandler),
    ("token", users.TokenHandler),
    ("tokens", users.TokensHandler),
    (f"tokens/{_ID}", users.RevokedTokenHandler),
    ("users", users.UsersHandler),
    (f"users/{_ID}", users.UserHandler),
    ("events", events.EventsHandler),
    (f"{_NODE_PATH}", state.NothingHandler),
)


def routes(prefix: str) -> list[tuple[str, Any]]:
    """Return the routes below ``prefix``."""
    return [(f"/{prefix}/{path}", handler) for path, handler in ROUTES]
