import base64
import io

import numpy
import PIL.Image
import pytest
from matplotlib.figure import Figure

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.resources.image import Image
from plynx_jupyter.resources.preview import PreviewObject


def _bytes(width: int, height: int, kind: str = "PNG", *, noise: bool = False, mode: str = "RGB") -> bytes:
    if noise:
        pixels = numpy.random.default_rng(0).integers(0, 256, (height, width, 3), dtype="uint8")
        picture = PIL.Image.fromarray(pixels)
    else:
        picture = PIL.Image.new(mode, (width, height))
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def _shown(bundle, mime="image/png"):
    return PIL.Image.open(io.BytesIO(base64.b64decode(bundle[mime])))


@pytest.mark.parametrize(
    ("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif")]
)
def test_a_small_picture_is_shown_as_it_is(kind, mime):
    data = _bytes(20, 10, kind)
    bundle = Image.preview(PreviewObject.of_bytes(data))
    assert base64.b64decode(bundle[mime]) == data
    assert "20 x 10" in bundle["text/plain"]


@pytest.mark.parametrize(
    ("kind", "mode"), [("BMP", "RGB"), ("TIFF", "CMYK"), ("WEBP", "RGBA"), ("TIFF", "F")]
)
def test_formats_that_browsers_may_not_know_become_png(kind, mode):
    bundle = Image.preview(PreviewObject.of_bytes(_bytes(20, 10, kind, mode=mode)))
    assert _shown(bundle).size == (20, 10)


def test_a_large_picture_is_reduced():
    data = _bytes(1600, 800, "JPEG", noise=True)
    assert len(data) > 512 * 1024
    bundle = Image.preview(PreviewObject.of_bytes(data))
    assert _shown(bundle).size == (1024, 512)
    assert bundle["metadata"]["truncated"] is True


def test_the_thumbnail_is_a_png_of_at_most_256_pixels():
    thumbnail = Image.thumbnail(PreviewObject.of_bytes(_bytes(1000, 500, "JPEG")))
    assert _shown(thumbnail).size == (256, 128)
    assert _shown(Image.thumbnail(PreviewObject.of_bytes(_bytes(5, 5)))).size == (5, 5)


def test_svg_is_never_part_of_a_page():  # T9
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    bundle = Image.preview(PreviewObject.of_bytes(svg.encode()))
    assert bundle["image/svg+xml"] == svg
    assert "text/html" not in bundle
    assert "<script>" not in bundle["text/plain"]


def test_a_picture_of_too_many_pixels_is_not_decoded():
    data = bytearray(_bytes(1, 1))
    data[16:24] = (12_000).to_bytes(4, "big") * 2  # the header's width and height
    import zlib

    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    bundle = Image.preview(PreviewObject.of_bytes(bytes(data)))
    assert "pixels" in bundle["metadata"]["note"]
    assert Image.thumbnail(PreviewObject.of_bytes(bytes(data))) is None


@pytest.mark.parametrize(
    "data", [b"", b"no picture", _bytes(500, 500, noise=True)[:2000], b"\x89PNG\r\n\x1a\n"]
)
def test_a_damaged_picture_gives_a_preview_that_says_so(data):
    bundle = Image.preview(PreviewObject.of_bytes(data, "x.png"))
    assert "can't be shown as Image" in bundle["text/plain"]
    assert Image.thumbnail(PreviewObject.of_bytes(data)) is None


def test_of_a_picture_that_is_too_large_only_the_header_is_read(repeated):
    preview_object, counter = repeated(b"\x00", head=_bytes(3000, 3000))
    bundle = Image.preview(preview_object)
    assert counter.bytes_read <= 200_000
    assert "3000 x 3000" in bundle["metadata"]["note"]


def test_an_svg_that_is_too_large_is_not_sent(repeated):
    preview_object, counter = repeated(b"<g/>", head=b"<svg>")
    assert "too large" in Image.preview(preview_object)["metadata"]["error"]
    assert counter.bytes_read <= 10_000


def test_pictures_figures_and_arrays_become_files(tmp_path):
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2])
    values = {
        "pil": PIL.Image.new("CMYK", (4, 3)),
        "figure": figure,
        "grey": numpy.zeros((3, 4), dtype="uint8"),
        "colour": numpy.ones((3, 4, 3)) * 2.0,
        "alpha": numpy.zeros((3, 4, 4), dtype="uint8"),
        "mask": numpy.eye(4, dtype=bool),
        "channel": numpy.zeros((3, 4, 1), dtype="float32"),
    }
    for name, value in values.items():
        Image.dump(value, tmp_path / name)
        with PIL.Image.open(Image.load(tmp_path / name)) as picture:
            assert picture.format == "PNG"
            picture.load()
    with PIL.Image.open(tmp_path / "colour") as picture:
        assert picture.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    "array",
    [
        numpy.zeros(3),
        numpy.zeros((2, 2, 5)),
        numpy.zeros((2, 2), dtype="int64"),
        numpy.zeros((0, 2), dtype="uint8"),
    ],
)
def test_an_array_that_is_no_picture_is_refused(array, tmp_path):
    with pytest.raises(ParameterValueError, match="isn't a picture"):
        Image.dump(array, tmp_path / "x")


def test_other_values_are_refused_with_what_is_expected(tmp_path):
    with pytest.raises(ParameterValueError, match=r"'image' has to be a pathlib\.Path.*PIL.*not int"):
        Image.dump(3, tmp_path / "x")
