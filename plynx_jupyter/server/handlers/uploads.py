"""What users bring along: artifacts as they are, and files as nodes."""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError
from tornado.web import HTTPError

from plynx_jupyter.errors import InvalidInputError
from plynx_jupyter.model.kind import FILE, canonical_kind
from plynx_jupyter.model.user import Policy
from plynx_jupyter.resources.registry import (
    canonical_file_type,
    get_resource,
    guess_file_type,
    known_file_types,
)
from plynx_jupyter.services.uploads import Upload, file_operation
from plynx_jupyter.wire.models import UploadForm
from plynx_jupyter.wire.replies import operation_reply

from ..multipart import MEDIA_TYPE, FormReader
from ..receiving import ReceivingHandler, media_type

DATA: Final = "data"
"""The part of a form that holds the content."""


class ResourcesHandler(ReceivingHandler):
    """``POST resources``: the body becomes an artifact; the reply names its digest."""

    _upload: Upload | None = None

    async def begin(self) -> None:
        """Begin an artifact."""
        if media_type(self) == MEDIA_TYPE:
            raise HTTPError(415, log_message="Send the content itself as the body; forms go to upload_file.")
        self._upload = await (await self.plynx()).artifacts.begin_upload()

    async def receive(self, chunk: bytes) -> None:
        """Add to the artifact."""
        assert self._upload is not None
        await self._upload.write(chunk)

    async def post(self) -> None:
        """Store the artifact."""
        assert self._upload is not None
        artifact = await self._upload.finish()
        self.reply(digest=artifact.digest, size_bytes=artifact.size_bytes)

    async def discard(self) -> None:
        """Forget an artifact that wasn't stored."""
        if self._upload is not None:
            await self._upload.discard()


class UploadFileHandler(ReceivingHandler):
    """``POST`` or ``PUT upload_file``: a form whose file becomes an operation of the kind ``file``.

    The content streams into the store while the form is read. Whatever is wrong with the form is said in one
    reply, and then nothing of it was stored.
    """

    _upload: Upload | None = None

    async def begin(self) -> None:
        """Begin an artifact, unless the user may not make operations: better said before the file is sent."""
        if media_type(self) != MEDIA_TYPE:
            raise HTTPError(415, log_message=f"The body has to be a form ({MEDIA_TYPE}).")
        plynx = await self.plynx()
        plynx.access.require(Policy.CAN_CREATE_OPERATIONS)
        self._form = FormReader(self.request.headers["Content-Type"], DATA, UploadForm.model_fields)
        self._upload = await plynx.artifacts.begin_upload()

    async def receive(self, chunk: bytes) -> None:
        """Read on in the form."""
        content = self._form.feed(chunk)
        if content and not self._form.problems:
            assert self._upload is not None
            await self._upload.write(content)

    async def post(self) -> None:
        """Store the file and its operation."""
        form = self._read_form()
        assert self._upload is not None
        artifact = await self._upload.finish()
        plynx = await self.plynx()
        operation = await plynx.operations.save(
            file_operation(artifact, title=form.title, description=form.description, file_type=form.file_type)
        )
        shown = operation_reply(operation)
        self.reply(message=f"Uploaded {operation.title} as Node({operation.id})", node=shown, data=shown)

    put = post

    async def discard(self) -> None:
        """Forget a file that wasn't stored."""
        if self._upload is not None:
            await self._upload.discard()

    def _read_form(self) -> UploadForm:
        """Return the fields, with what was left out made up from the file's name; raises ``InvalidInputError``."""
        self._form.finish()
        problems = list(self._form.problems)
        name = self._form.file_name or ""
        fields = {"title": name or "File", "file_type": guess_file_type(name), **self._form.fields}
        try:
            form = UploadForm.model_validate(fields)
        except ValidationError as error:
            problems += [
                {"where": str(found["loc"][0]), "problem": found["msg"]}
                for found in error.errors(include_url=False, include_context=False, include_input=False)
            ]
        else:
            form = form.model_copy(update={"file_type": canonical_file_type(form.file_type)})
            problems += _unusable(form)
        if problems:
            listed = "; ".join(f"{found['where']}: {found['problem']}" for found in problems)
            raise InvalidInputError(f"The file wasn't stored. {listed}.", problems=problems)
        return form


def _unusable(form: UploadForm) -> list[dict[str, str]]:
    problems = []
    if form.file_type not in known_file_types():
        known = ", ".join(name for name in known_file_types() if not get_resource(name).is_raw)
        problems.append(
            {"where": "file_type", "problem": f"there is no type {form.file_type!r}; use {known}"}
        )
    elif get_resource(form.file_type).is_raw:
        problem = f"{form.file_type} is a type of values, not of files; give the value as a parameter"
        problems.append({"where": "file_type", "problem": problem})
    if canonical_kind(form.node_kind) != FILE:
        problems.append(
            {"where": "node_kind", "problem": f"{form.node_kind!r} isn't a kind of files; use {FILE}"}
        )
    return problems
