import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.resources import registry
from plynx_jupyter.resources.base import BaseResource, NodeResources, PreviewObject, preview_of, thumbnail_of
from plynx_jupyter.resources.file import File

DOCUMENTED = {
    *("file", "csv", "tsv", "json", "text", "image", "pdf", "html", "notebook", "executable", "directory"),
    *("cloud_storage", "parquet", "int", "float", "str", "bool", "dict", "list", "color", "dataframe", "any"),
}


class CustomResource(BaseResource):
    """As the PLynx documentation shows a plug-in."""

    @staticmethod
    def prepare_input(filename, preview):
        if preview:
            return {NodeResources.INPUT: filename}
        return {NodeResources.INPUT: filename}

    @staticmethod
    def prepare_output(filename, preview):
        if preview:
            return {NodeResources.OUTPUT: filename}
        return {NodeResources.OUTPUT: filename}

    @staticmethod
    def postprocess_output(filename):
        return filename

    @classmethod
    def preview(cls, preview_object):
        content = preview_object.fp.read().decode()
        return f"<pre>{content}</pre>"


@pytest.fixture
def plug_ins(monkeypatch):
    """Return a function that makes entry points known, and forgets all about them afterwards."""

    def install(**values: str) -> None:
        found = [EntryPoint(name, value, registry.ENTRY_POINTS) for name, value in values.items()]
        monkeypatch.setattr("importlib.metadata.entry_points", lambda group: found)
        registry._entry_points.cache_clear()

    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "_problems", {})
    monkeypatch.setitem(sys.modules, "custom_plug_in", sys.modules[__name__])
    yield install
    registry._entry_points.cache_clear()


def test_every_documented_type_is_known_and_says_who_it_is():
    assert set(registry.known_file_types()) >= DOCUMENTED
    for name in DOCUMENTED:
        resource = registry.get_resource(name)
        assert resource.file_type == name
        assert resource.title
        assert resource.icon
        assert len(resource.color) == 7
        assert all(ending.startswith(".") and ending == ending.lower() for ending in resource.extensions)


def test_no_ending_belongs_to_two_types():
    endings = [e for name in DOCUMENTED for e in registry.get_resource(name).extensions]
    assert len(endings) == len(set(endings))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("py-json-file", "json"),
        ("py-image-file", "image"),
        ("py-tmp-file", "file"),
        ("Directory", "directory"),
        ("Executable", "executable"),
        ("cloud-storage", "cloud_storage"),
        ("Cloud Storage", "cloud_storage"),
        ("CSV", "csv"),
    ],
)
def test_older_spellings_lead_to_our_types(name, expected):
    assert registry.get_resource(name).file_type == expected


def test_an_unknown_type_is_a_file_that_keeps_its_name():
    resource = registry.get_resource("My-Model")
    assert issubclass(resource, File)
    assert (resource.file_type, resource.title) == ("My-Model", "My-Model")
    assert resource is registry.get_resource("My-Model")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a/b/data.CSV", "csv"),
        ("x.tsv", "tsv"),
        ("x.json", "json"),
        ("x.parquet", "parquet"),
        ("plot.PNG", "image"),
        ("x.svg", "image"),
        ("x.pdf", "pdf"),
        ("x.htm", "html"),
        ("x.ipynb", "notebook"),
        ("run.sh", "executable"),
        ("x.zip", "directory"),
        ("notes.txt", "text"),
        ("x.npy", "file"),
        ("Makefile", "file"),
        (".csv", "file"),
    ],
)
def test_the_type_is_guessed_from_the_ending(path, expected):
    assert registry.guess_file_type(path) == expected


def test_a_folder_is_a_directory(tmp_path):
    assert registry.guess_file_type(tmp_path) == "directory"


def test_the_documented_plug_in_works_as_written(plug_ins, tmp_path):
    plug_ins(custom="custom_plug_in:CustomResource")
    resource = registry.get_resource("custom")
    assert resource.file_type == "custom"
    assert "custom" in registry.known_file_types()
    assert resource.prepare_input("in", False) == {"inputs": "in"}
    assert resource.prepare_output("out", True) == {"outputs": "out"}
    assert resource.postprocess_output("out") == "out"
    resource.dump(b"content", tmp_path / "x")
    assert resource.load(tmp_path / "x") == tmp_path / "x"


def test_html_made_by_a_plug_in_is_put_in_a_sandbox():
    bundle = preview_of(CustomResource, PreviewObject.of_bytes(b"<script>alert(1)</script>"))
    assert bundle["metadata"]["sandbox"] is True
    assert bundle["metadata"]["source"] == "<pre><script>alert(1)</script></pre>"
    assert "<script>" not in bundle["text/html"]


def test_a_plug_in_that_fails_to_preview_gives_a_preview_that_says_so():
    bundle = preview_of(CustomResource, PreviewObject.of_bytes(b"\xff"))
    assert "can't decode" in bundle["metadata"]["error"]
    assert thumbnail_of(CustomResource, PreviewObject.of_bytes(b"\xff")) is None


def test_a_plug_in_can_not_send_without_bounds():
    class Talkative(BaseResource):
        @classmethod
        def preview(cls, preview_object):
            return {"text/plain": "x" * 100_000_000, "text/html": "short"}

    bundle = preview_of(Talkative, PreviewObject.of_bytes(b""))
    assert len(str(bundle)) < 10_000


def test_a_broken_plug_in_is_noted_and_harms_no_other(plug_ins):
    plug_ins(
        broken="no_such_module:Thing",
        wrong="json:JSONDecoder",
        custom="custom_plug_in:CustomResource",
        csv="json:x",
    )
    assert issubclass(registry.get_resource("broken"), File)
    assert registry.get_resource("broken").file_type == "broken"
    assert issubclass(registry.get_resource("wrong"), File)
    assert issubclass(registry.get_resource("custom"), CustomResource)
    assert registry.get_resource("csv").title == "CSV"
    assert registry.guess_file_type("x.nothing") == "file"
    noted = " ".join(registry.problems())
    assert len(registry.problems()) == 3
    assert all(word in noted for word in ("no_such_module", "JSONDecoder", "'csv' of a built-in"))


def test_a_class_can_be_registered_by_hand(plug_ins):
    plug_ins()

    class Model(BaseResource):
        file_type = "model"
        extensions = (".pt",)

    registry.register(Model)
    assert registry.get_resource("model") is Model
    assert registry.guess_file_type("x.pt") == "model"
    assert "model" in registry.known_file_types()


@pytest.mark.parametrize("wrong", [int, "text", CustomResource])
def test_what_is_no_named_resource_can_not_be_registered(plug_ins, wrong):
    with pytest.raises(InvalidInputError):
        registry.register(wrong)


def test_importing_the_registry_loads_no_heavy_library():
    heavy = {"pandas", "PIL", "pyarrow", "numpy", "zipfile", "importlib.metadata", "nbformat", "cloudpickle"}
    code = f"import sys, plynx_jupyter.resources.registry; print(sorted(set(sys.modules) & {heavy!r}))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_asking_for_every_type_loads_no_heavy_library():
    code = (
        "import sys; from plynx_jupyter.resources.registry import *\n"
        "for name in known_file_types(): get_resource(name)\n"
        "print(sorted(set(sys.modules) & {'pandas', 'PIL', 'pyarrow', 'numpy', 'nbformat', 'cloudpickle'}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
