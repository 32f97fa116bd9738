from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path

import pytest

from plynx_jupyter.cache.installed import distributions_of, installed_versions, version_of


def install(folder: Path, name: str, number: str) -> None:
    info = folder / f"{name}-{number}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n")


def test_versions_are_found_under_any_spelling() -> None:
    assert version_of("Typing_Extensions") == version_of("typing-extensions") == version("typing_extensions")
    assert version_of("no-such-distribution") is None
    assert version_of("") is None


def test_all_versions_are_listed_in_order() -> None:
    versions = installed_versions()
    assert versions["cloudpickle"] == version("cloudpickle")
    assert list(versions) == sorted(versions)


def test_the_second_look_is_cheap() -> None:
    installed_versions()
    start = time.perf_counter()
    for _ in range(100):
        installed_versions()
    assert time.perf_counter() - start < 0.5


def test_what_is_installed_meanwhile_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "brand-new" not in installed_versions()
    assert version_of("brand-new") is None
    install(tmp_path, "brand_new", "1.5")
    assert installed_versions()["brand-new"] == version_of("brand-new") == "1.5"


def test_a_module_leads_to_its_distribution() -> None:
    assert "cloudpickle" in distributions_of("cloudpickle.cloudpickle")
    assert list(distributions_of("no_such_module")) == []
