"""What a platform file says, as data: its sections with their entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What all entries have: a name for programs, one for people, and how they are shown."""

    kind: str
    title: str = ""
    icon: str = ""
    color: str = ""
    where: str = ""
    """File and line, for messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEntry(Entry):
    """A kind of graphs: what runs it, and the hubs that its editor shows (none named: all)."""

    executor: str = ""
    hubs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEntry(Entry):
    """A hub: its class as ``module:Class``, and what that is made with."""

    cls: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEntry(Entry):
    """A kind of operations: the class that runs it, and the file types its ports may have (none named: all)."""

    executor: str
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceEntry(Entry):
    """A type of artifacts: its class, and the endings of file names that make a file one."""

    cls: str
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageEntry:
    """Where artifacts are, as an fsspec URL with the options of its file system; empty: not said."""

    url: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """All that a platform file (with the shipped one below it) sets up; entries by kind, in order."""

    storage: StorageEntry = StorageEntry()
    workflows: Mapping[str, WorkflowEntry] = field(default_factory=dict)
    hubs: Mapping[str, HubEntry] = field(default_factory=dict)
    operations: Mapping[str, OperationEntry] = field(default_factory=dict)
    resources: Mapping[str, ResourceEntry] = field(default_factory=dict)
    folder: Path = Path()
    """Where relative paths in the file start."""
