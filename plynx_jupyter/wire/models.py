"""What requests carry. Replies are built from the domain's own JSON forms; see ``wire.graphs``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.run import OnFailure, RunOptions


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_listed)]
"""A list of words, or just one."""


class Request(BaseModel):
    """Base of all bodies: a key that isn't known is refused, so that a misspelled one is noticed."""

    model_config = ConfigDict(extra="forbid")


class SearchRequest(Request):
    """Ask for a page of a list."""

    search: str = Field("", max_length=1000)
    per_page: int = Field(20, ge=1, le=200)
    offset: int = Field(0, ge=0, le=2**31)
    status: Names = []
    node_kinds: Names = []
    base_node_names: Names = []
    hub: str | None = None


GraphAction = Literal[
    "SAVE", "APPROVE", "VALIDATE", "REARRANGE", "REARRANGE_NODES", "UPGRADE_NODES", "CANCEL",
    "GENERATE_CODE", "CLONE", "CREATE_RUN", "CREATE_RUN_FROM_SCRATCH",
]  # fmt: skip


class RunRequest(Request):
    """How a run that is started differs from the plain one."""

    use_cache: bool = True
    on_failure: Literal["continue", "stop"] = "continue"
    until: Names = []
    from_nodes: Names = []
    import_paths: Names = []
    automatic: bool = False

    def to_options(self) -> RunOptions:
        """Return the options in the domain's own form."""
        return RunOptions(
            use_cache=self.use_cache,
            on_failure=OnFailure(self.on_failure),
            until=tuple(map(NodeId, self.until)),
            from_nodes=tuple(map(NodeId, self.from_nodes)),
            import_paths=tuple(self.import_paths),
            automatic=self.automatic,
        )


class GraphRequest(Request):
    """Do things with a graph, in order; ``options`` are for the run that an action starts.

    ``path`` is where the graph's document is below the server's root folder: relative paths of its files are looked
    for beside it.
    """

    graph: dict[str, Any]
    action: Annotated[list[GraphAction], BeforeValidator(_listed)] = ["SAVE"]
    options: RunRequest = RunRequest()
    path: str | None = Field(None, max_length=4096)


class GraphRunRequest(Request):
    """Run a graph, or say what a run would do, without storing the graph; ``path`` as in ``GraphRequest``."""

    graph: dict[str, Any]
    options: RunRequest = RunRequest()
    path: str | None = Field(None, max_length=4096)


class CancelRequest(Request):
    """Stop a run, or only these nodes of it."""

    node_ids: Names = []


class GraphUpdate(Request):
    """Change a graph's own fields."""

    title: str | None = None
    description: str | None = None
    update_date: str | None = None


NodeAction = Literal[
    "SAVE", "APPROVE", "VALIDATE", "DEPRECATE", "MANDATORY_DEPRECATE", "PREVIEW_CMD", "CLONE"
]


class NodeRequest(Request):
    """Do things with an operation, in order."""

    node: dict[str, Any]
    action: Annotated[list[NodeAction], BeforeValidator(_listed)] = ["SAVE"]


class FromFile(Request):
    """Make an operation of a file below the server's root folder; ``action`` says whether to store it."""

    path: str = Field(min_length=1, max_length=4096)
    action: Annotated[list[NodeAction], BeforeValidator(_listed)] = []


_Forms = Annotated[list[dict[str, Any]], Field(max_length=1000)]


class FromNotebook(FromFile):
    """Make an operation of a notebook, with what was chosen for it; what is left out is as the notebook has it.

    ``inputs``, ``outputs`` and ``parameters`` are in the form of the notebook's own ``plynx`` metadata. ``tag``
    names suggestions that become parameters. ``with_notebook`` asks for the notebook that says all this itself; the
    file is never written here.
    """

    inputs: _Forms | None = None
    outputs: _Forms | None = None
    parameters: _Forms | None = None
    title: str | None = Field(None, max_length=1000)
    description: str | None = Field(None, max_length=20_000)
    tag: Annotated[list[str], Field(max_length=1000)] | None = None
    with_notebook: bool = False


class FromScript(FromFile):
    """Make an operation of a script."""

    kind: str | None = Field(None, max_length=100)


class FromFunction(FromFile):
    """Make an operation of a function, or of a class whose instances are called."""

    name: str = Field(min_length=1, max_length=255, pattern=r"^[^\W\d]\w*$")


class InsertNode(Request):
    """Put an operation into a graph."""

    node_id: str
    x: float = 0
    y: float = 0


class RemoveNode(Request):
    """Take a node out of a graph."""

    node_id: str


class PortName(Request):
    """A port of a node."""

    node_id: str
    resource: str


class Link(Request):
    """Connect two nodes of a graph, or part them."""

    source: PortName = Field(alias="from")
    to: PortName


class ChangeParameter(Request):
    """Set a parameter of a node."""

    node_id: str
    parameter_name: str
    parameter_value: Any


class NewToken(Request):
    """Ask for an API token that lives longer than those of ``GET token``."""

    note: str = Field("", max_length=200)
    days: float = Field(90, gt=0, le=3660)


class NewUser(Request):
    """Add a user; without ``policies`` they get those of everybody new."""

    name: str = Field(min_length=1, max_length=255)
    display_name: str = Field("", max_length=255)
    policies: Names | None = None


class UserChange(Request):
    """Change what is given."""

    active: bool | None = None
    policies: Names | None = None


class UploadForm(Request):
    """What comes along with an uploaded file; what is left out follows from the file's name."""

    title: str = Field("File", min_length=1, max_length=1000)
    description: str = Field("", max_length=20_000)
    file_type: str = Field("file", min_length=1, max_length=100)
    node_kind: str = Field("file", max_length=100)


class ProtectRequest(Request):
    """Keep cached results from being cleaned, or no longer."""

    keys: list[str]
    protected: bool = True


class CacheCleanRequest(Request):
    """Clean the cache: what to remove (nothing given: whatever no record needs), or only say what would be."""

    before: AwareDatetime | None = None
    budget_bytes: int | None = Field(None, ge=0, le=2**62)
    operation: str | None = None
    include_referenced: bool = False
    grace_seconds: float | None = Field(None, ge=0, le=1e9)
    dry_run: bool = False
