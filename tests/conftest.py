"""What holds for every test: the user's own files are out of reach, and no process outlives the tests."""

from __future__ import annotations

import psutil
import pytest

_END_TIMEOUT_SECONDS = 10.0
# Python's own services for shared memory and forking; they end with the process that started them.
_LASTING = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory):
    """Folders of this session for what would otherwise be read from, and written to, the user's home."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("PLYNX_HOME", "IPYTHONDIR", "DASK_CONFIG", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(variable, str(tmp_path_factory.mktemp(variable.lower())))
        for variable in ("PLYNX_URL", "PLYNX_TOKEN"):
            patch.delenv(variable, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_process_is_left(homes):
    """Fail the session when something that its tests started still runs after the last one."""
    before = set(psutil.Process().children(recursive=True))
    yield
    started = set(psutil.Process().children(recursive=True)) - before
    _, left = psutil.wait_procs(started, timeout=_END_TIMEOUT_SECONDS if any(map(_counts, started)) else 0)
    found = [description for process in left if (description := _counts(process))]
    assert not found, "Processes outlive the tests:\n" + "\n".join(found)


def _counts(process):
    """Return how a process is described if it has no right to be there, else an empty text."""
    try:
        command = " ".join(process.cmdline())
        if process.status() == psutil.STATUS_ZOMBIE or any(name in command for name in _LASTING):
            return ""
        return f"  {process.pid} {command or process.name()}"
    except psutil.NoSuchProcess:
        return ""
