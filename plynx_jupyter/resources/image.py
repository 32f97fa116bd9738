"""Images."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Final, cast

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.model.json_value import JsonValue

from .base import BaseResource
from .content import is_instance, write_content
from .decoding import decode_text
from .preview import METADATA, MimeBundle, PreviewObject, note, readable_size

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_AS_IS_BYTES: Final = 512 * 1024
_AS_IS_PIXELS: Final = 4_000_000
_MAX_DECODED_BYTES: Final = 128 * 1024 * 1024
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM")
"""What is opened for a preview. Pillow knows many more; for some of them (EPS) it runs other programs."""
_PREVIEW_SIDE: Final = 1024
_THUMBNAIL_SIDE: Final = 256
_BROWSERS_SHOW: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
_EXPECTED: Final = (
    "a pathlib.Path, bytes or str (the content), a PIL.Image.Image, "
    "a matplotlib.figure.Figure or a numpy.ndarray"
)


class Image(BaseResource):
    """A picture in any format that Pillow reads, or SVG.

    From functions also Pillow images, Matplotlib figures, and NumPy arrays of height by width (by 1, 3 or 4):
    ``uint8`` as it is, ``bool`` as black and white, floats from 0 to 1.
    """

    file_type: ClassVar[str] = "image"
    title: ClassVar[str] = "Image"
    icon: ClassVar[str] = "image"
    color: ClassVar[str] = "#7CB342"
    extensions: ClassVar[tuple[str, ...]] = (
        *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp"),
        *(".bmp", ".tif", ".tiff", ".ico", ".ppm", ".pgm"),
    )

    @classmethod
    def dump(cls, value: object, path: Path) -> None:
        """Write a picture as PNG, or take a file or the content."""
        picture: Any = value
        if is_instance(value, "PIL.Image", "Image"):
            _save(picture, path)
        elif is_instance(value, "matplotlib.figure", "Figure"):
            picture.savefig(path, format="png")
        elif is_instance(value, "numpy", "ndarray"):
            _save(_from_array(picture), path)
        else:
            write_content(value, path, cls.file_type, _EXPECTED)

    @classmethod
    def render(cls, preview_object: PreviewObject) -> MimeBundle:
        """Show a small picture as it is, a large one reduced; SVG only as SVG, never as part of a page."""
        if (svg := _svg(preview_object)) is not None:
            return {"image/svg+xml": svg, "text/plain": _describe(preview_object, "SVG"), METADATA: {}}
        return _picture(preview_object, _PREVIEW_SIDE, as_is=True)

    @classmethod
    def render_thumbnail(cls, preview_object: PreviewObject) -> MimeBundle | None:
        """Show the picture as a PNG of at most 256 pixels."""
        if (svg := _svg(preview_object)) is not None:
            return {"image/svg+xml": svg, METADATA: {}} if len(svg) <= _AS_IS_BYTES // 8 else None
        return _picture(preview_object, _THUMBNAIL_SIDE, as_is=False)


def _svg(preview_object: PreviewObject) -> str | None:
    decoded = decode_text(preview_object.head(4096), whole=False)
    if decoded is None or "<svg" not in decoded.text or not decoded.text.lstrip().startswith("<"):
        return None
    if not preview_object.fits(_AS_IS_BYTES):
        raise ValueError(f"an SVG of {readable_size(preview_object.size_bytes)} is too large")
    whole = decode_text(preview_object.head(_AS_IS_BYTES))
    return None if whole is None else whole.text


def _picture(preview_object: PreviewObject, side: int, *, as_is: bool) -> MimeBundle:
    import PIL
    import PIL.Image

    with preview_object.reader() as reader:
        try:
            opened = PIL.Image.open(cast("BinaryIO", reader), formats=_FORMATS)  # reads the header only
        except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
            return note(preview_object, f"too many pixels for a preview ({error})", truncated=True)
        except PIL.UnidentifiedImageError:
            raise ValueError(f"it is none of {', '.join(_FORMATS)} and SVG") from None
        with opened as picture:
            width, height, kind = picture.width, picture.height, picture.format or "image"
            description = _describe(preview_object, f"{kind}, {width} x {height} pixels")
            metadata: dict[str, JsonValue] = {"width": width, "height": height, "format": kind}
            too_large = note(
                preview_object, f"too large for a preview: {width} x {height} pixels", truncated=True
            )
            if not preview_object.fits():
                return too_large
            if (
                as_is
                and kind in _BROWSERS_SHOW
                and width * height <= _AS_IS_PIXELS
                and preview_object.fits(_AS_IS_BYTES)
            ):
                picture.load()  # a damaged file fails here and not in the browser
                mime, data = _BROWSERS_SHOW[kind], preview_object.head(_AS_IS_BYTES)
            else:
                picture.draft("RGB", (side, side))  # JPEG: decode at a fraction of the size
                if _decoded_bytes(picture) > _MAX_DECODED_BYTES:
                    return too_large
                mime, data = "image/png", _reduced(picture, side)
                metadata["truncated"] = max(width, height) > side
    return {mime: base64.b64encode(data).decode("ascii"), "text/plain": description, METADATA: metadata}


def _reduced(picture: Picture, side: int) -> bytes:
    picture.thumbnail((side, side))
    return _png(picture)


def _decoded_bytes(picture: Picture) -> int:
    """Return how much memory Pillow takes for a picture: one byte or four for each pixel."""
    return picture.width * picture.height * (1 if picture.mode in {"1", "L", "P"} else 4)


def _png(picture: Picture) -> bytes:
    kept = picture.mode in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
    buffer = io.BytesIO()
    (picture if kept else picture.convert("RGBA" if picture.mode in {"PA", "RGBa"} else "RGB")).save(
        buffer, "PNG"
    )
    return buffer.getvalue()


def _save(picture: Picture, path: Path) -> None:
    path.write_bytes(_png(picture))


def _from_array(array: Any) -> Picture:
    import PIL.Image

    pixels = array[:, :, 0] if array.ndim == 3 and array.shape[2] == 1 else array
    if pixels.dtype.kind == "b":
        pixels = pixels.astype("uint8") * 255
    elif pixels.dtype.kind == "f":
        pixels = (pixels.clip(0, 1) * 255).round().astype("uint8")
    flat = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (3, 4))
    if not flat or pixels.dtype != "uint8" or 0 in pixels.shape:
        raise ParameterValueError(
            f"An array of shape {array.shape}, type {array.dtype}, isn't a picture: "
            "it has to be height by width, or by 1, 3 or 4 channels, of uint8, bool, or floats from 0 to 1."
        )
    return PIL.Image.fromarray(pixels)


def _describe(preview_object: PreviewObject, what: str) -> str:
    return f"{what}, {readable_size(preview_object.size_bytes)}"
