"""Folders as zip files: packed so that equal contents are equal bytes, unpacked without trusting them."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plynx_jupyter.errors import InvalidInputError

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_COPY_BYTES: Final = 1024 * 1024
_RATIO_FLOOR_BYTES: Final = 64 * 1024 * 1024
_SHOWN_PROBLEMS: Final = 5
_DRIVE: Final = re.compile("[A-Za-z]:/")


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """The most an archive may unpack to: files and folders, bytes in all, and bytes per byte of the archive.

    The ratio only counts above 64 MiB, since small files compress as they like.
    """

    max_entries: int = 200_000
    max_bytes: int = 64 * 1024**3
    max_ratio: float = 100.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> UnpackLimits:
        """Return the limits with ``PLYNX_UNPACK_MAX_ENTRIES``, ``…_MAX_BYTES`` and ``…_MAX_RATIO`` put in."""
        try:
            return cls(
                int(environment.get("PLYNX_UNPACK_MAX_ENTRIES", cls().max_entries)),
                int(environment.get("PLYNX_UNPACK_MAX_BYTES", cls().max_bytes)),
                float(environment.get("PLYNX_UNPACK_MAX_RATIO", cls().max_ratio)),
            )
        except ValueError as error:
            raise InvalidInputError(
                f"One of the variables PLYNX_UNPACK_MAX_* isn't a number: {error}."
            ) from None


def pack(folder: Path, archive: Path) -> None:
    """Write ``folder`` as a zip: sorted entries, fixed times, no modes but the execute bit.

    Entries are stored uncompressed: what a compressor makes depends on its version, so equal folders
    packed on two machines would differ. Links to files become files. Raises ``InvalidInputError``
    for what has no place in an archive (links that lead nowhere or around in circles, pipes, devices, line
    ends in names).
    """
    from zipfile import ZIP_STORED, ZipFile, ZipInfo

    entries = sorted(_entries(folder, "", (folder.resolve(),)), key=lambda entry: entry[0])
    with ZipFile(archive, "w", ZIP_STORED) as zip_file:
        for name, path in entries:
            info = ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, wherever this runs
            status = path.stat()
            if reason := unsafe(info):  # what unpack would refuse fails here, where it was made
                raise InvalidInputError(f"{name!r} in a Directory output {reason}; name it otherwise.")
            if name.endswith("/"):
                info.external_attr = (stat.S_IFDIR | 0o755) << 16 | 0x10
                zip_file.writestr(info, b"")
                continue
            info.external_attr = (stat.S_IFREG | (0o755 if status.st_mode & 0o111 else 0o644)) << 16
            info.file_size = status.st_size
            with path.open("rb") as source, zip_file.open(info, "w") as target:
                shutil.copyfileobj(source, target, _COPY_BYTES)


def _entries(folder: Path, prefix: str, parents: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
    with os.scandir(folder) as listing:
        found = list(listing)
    for entry in found:
        name, path = prefix + entry.name, Path(entry.path)
        if not _is_unicode(name):
            raise InvalidInputError(f"The name {name!r} in the folder {folder} isn't valid Unicode.")
        if entry.is_dir():
            real = path.resolve()
            if real in parents:
                raise InvalidInputError(f"The link {name!r} in a Directory output leads around in a circle.")
            yield name + "/", path
            yield from _entries(path, name + "/", (*parents, real))
        elif entry.is_file():
            yield name, path
        else:
            kind = "a link that leads nowhere" if entry.is_symlink() else "neither a file nor a folder"
            raise InvalidInputError(f"{name!r} in a Directory output is {kind}; remove it.")


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def unpack(archive: Path, folder: Path, limits: UnpackLimits | None = None) -> None:
    """Unpack into ``folder``, which must not exist; whole or not at all.

    Nothing is written outside of it, no links and no special files are made; execute bits are kept, other
    modes aren't. Raises ``InvalidInputError`` for archives that are damaged, unsafe or over the limits.
    """
    from zipfile import BadZipFile, ZipFile

    limits = limits or UnpackLimits.from_environment()
    try:
        with ZipFile(archive) as zip_file:
            _check(zip_file, archive, limits)
            folder.mkdir(parents=True)
            try:
                _extract(zip_file, folder, limits)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
    except (BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{archive.name} isn't a zip file that can be unpacked: {error}.") from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise InvalidInputError(f"{archive.name} holds entries that exclude each other: {error}.") from None


def _check(zip_file: ZipFile, archive: Path, limits: UnpackLimits) -> None:
    entries = zip_file.infolist()
    total = sum(entry.file_size for entry in entries)
    size = max(1, archive.stat().st_size)
    problems = [f"{entry.filename!r} {reason}" for entry in entries if (reason := unsafe(entry))]
    if len({entry.filename.rstrip("/") for entry in entries}) < len(entries):
        problems.append("a name occurs twice")
    if len(entries) > limits.max_entries:
        problems.append(f"{len(entries)} entries (PLYNX_UNPACK_MAX_ENTRIES is {limits.max_entries})")
    if total > limits.max_bytes:
        problems.append(f"{total} bytes when unpacked (PLYNX_UNPACK_MAX_BYTES is {limits.max_bytes})")
    if total > _RATIO_FLOOR_BYTES and total / size > limits.max_ratio:
        ratio = f"{total / size:.0f} times larger when unpacked"
        problems.append(f"{ratio} (PLYNX_UNPACK_MAX_RATIO is {limits.max_ratio:g})")
    if problems:
        more = f" and {len(problems) - _SHOWN_PROBLEMS} more" if len(problems) > _SHOWN_PROBLEMS else ""
        shown = "; ".join(problems[:_SHOWN_PROBLEMS])
        raise InvalidInputError(f"{archive.name} isn't unpacked, it doesn't look safe: {shown}{more}.")


def unsafe(entry: ZipInfo) -> str | None:
    """Return why an entry may not be unpacked, or None."""
    name = entry.filename.replace("\\", "/")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name.startswith("/") or _DRIVE.match(name):
        return "is an absolute path"
    if ".." in name.split("/"):
        return "leads out of the folder"
    if set(name.split("/")) <= {"", "."} or any(ord(character) < 32 for character in name):
        return "isn't a proper name"
    if kind == stat.S_IFLNK:
        return "is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a device, pipe or socket"
    return "is encrypted" if entry.flag_bits & 0x1 else None


def _extract(zip_file: ZipFile, folder: Path, limits: UnpackLimits) -> None:
    left = limits.max_bytes
    for entry in zip_file.infolist():
        path = folder / entry.filename
        if entry.is_dir():
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with zip_file.open(entry) as source, path.open("xb") as target:
            while data := source.read(_COPY_BYTES):
                left -= len(data)  # the sizes in the list of entries may be lies
                if left < 0:
                    raise InvalidInputError(
                        f"{zip_file.filename} unpacks to more than {limits.max_bytes} bytes."
                    )
                target.write(data)
        path.chmod(0o755 if (entry.external_attr >> 16) & 0o111 else 0o644)
