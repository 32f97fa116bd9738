"""Applications over one home, on small real backends."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime, timezone

import pytest

from plynx_jupyter.app import Application
from plynx_jupyter.execution.inline import InlineBackend
from plynx_jupyter.model.job import JobEnded, JobLost, JobResult, JobStarted
from plynx_jupyter.settings import Settings


class ScriptedBackend:
    """Ends every attempt as ``decide(job)`` says: a ``JobResult``, a reason it was lost, or None for "not yet"."""

    def __init__(self, decide):
        self.decide = decide
        self.submitted = []
        self.canceled = []

    async def start(self, listener):
        self.listener = listener

    async def submit(self, jobs):
        for job in jobs:
            self.submitted.append(job)
            decision = self.decide(job)
            if decision is None:
                continue
            self.listener([JobStarted(job.id, now())])
            ended = JobLost(job.id, decision) if isinstance(decision, str) else JobEnded(job.id, decision)
            self.listener([ended])

    async def cancel(self, attempts):
        self.canceled.extend(attempts)

    async def workers(self):
        return []

    async def close(self):
        pass


def now():
    return datetime.now(timezone.utc)


def done(job, **outputs):
    return JobResult(id=job.id, outputs=outputs, started_at=now(), finished_at=now())


@pytest.fixture
async def application(tmp_path):
    """Open applications that share a home."""
    async with AsyncExitStack() as stack:

        async def make(backend=None, **stores):
            app = Application(Settings(home=tmp_path / "home"), backend=backend or InlineBackend(2), **stores)
            return await stack.enter_async_context(app)

        yield make
