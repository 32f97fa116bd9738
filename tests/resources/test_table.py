import numpy
import pandas
import pytest

from plynx_jupyter.errors import ParameterValueError
from plynx_jupyter.resources.parquet import DataFrame, Parquet
from plynx_jupyter.resources.preview import PreviewObject
from plynx_jupyter.resources.table import Csv, Tsv


def _preview(resource, text, **bounds):
    data = text if isinstance(text, bytes) else text.encode()
    return resource.preview(PreviewObject.of_bytes(data, "t.csv", **bounds))


def test_a_table_is_shown_with_its_columns_and_their_types():
    text = "name,n,x,ok,day,none\nß,1,1.5,true,2024-01-02,\nb,2,3,False,2024-01-03,\n"
    data = _preview(Csv, text)["application/json"]
    assert data["columns"] == ["name", "n", "x", "ok", "day", "none"]
    assert data["types"] == ["str", "int", "float", "bool", "date", "empty"]
    assert data["rows"][0] == ["ß", "1", "1.5", "true", "2024-01-02", ""]
    assert (data["row_count"], data["truncated"]) == (2, False)


def test_everything_in_the_table_is_escaped():  # T9
    bundle = _preview(Csv, '<i>a</i>,b\n<script>alert(1)</script>,"""><img src=x onerror=alert(1)>"\n')
    assert "<script>" not in bundle["text/html"]
    assert "<i>" not in bundle["text/html"]
    assert "<img" not in bundle["text/html"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_separator_is_recognised(delimiter):
    text = delimiter.join(["a", '"b,;|"', "c"]) + "\n" + delimiter.join("123") + "\n"
    assert _preview(Csv, text)["application/json"]["columns"] == ["a", "b,;|", "c"]


def test_tsv_is_separated_by_tabs_only():
    data = _preview(Tsv, "a,b,c\td\n1,2,3\t4\n")["application/json"]
    assert (data["columns"], data["rows"]) == (["a,b,c", "d"], [["1,2,3", "4"]])


def test_numbers_without_a_header_are_all_rows():
    data = _preview(Csv, "1\n2\n3\n")["application/json"]
    assert (data["columns"], data["rows"], data["row_count"]) == (["column 1"], [["1"], ["2"], ["3"]], 3)


def test_rows_of_different_lengths_and_quoted_line_ends_are_shown():
    data = _preview(Csv, 'a,b\n1\n1,2,3\n"two\nlines",x\n')["application/json"]
    assert data["columns"] == ["a", "b", "column 3"]
    assert data["rows"] == [["1", "", ""], ["1", "2", "3"], ["two\nlines", "x", ""]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_other_encodings_are_read(encoding):
    data = _preview(Csv, "größe,b\n1,2\n".encode(encoding))["application/json"]
    assert data["columns"] == ["größe", "b"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", '"unclosed', "a," * 5000, "x" * 300_000, b"\x00\xff" * 50, "\r\r\n,"]
)
def test_odd_tables_are_shown_somehow(text):
    bundle = _preview(Csv, text)
    assert bundle["text/plain"] is not None
    assert len(str(bundle)) < 2_000_000


def test_a_large_table_is_read_only_at_its_beginning(repeated):
    preview_object, counter = repeated(b"1,word,2.5\n", head=b"a,b,c\n", max_rows=50)
    bundle = Csv.preview(preview_object)
    assert counter.bytes_read <= 300_000
    assert len(bundle["application/json"]["rows"]) == 50
    assert bundle["application/json"]["row_count"] is None
    assert bundle["application/json"]["truncated"] is True
    assert len(str(bundle)) < 100_000


def test_a_table_of_huge_cells_has_a_small_preview(repeated):
    preview_object, _ = repeated(b"x" * 999 + b",", head=b"a\n", size=3_000_000)
    assert len(str(Csv.preview(preview_object))) < 3_000_000


def test_the_rows_are_counted_when_the_file_is_within_the_bound():
    text = "a\n" + "1\n" * 5000
    data = _preview(Csv, text, max_rows=10)["application/json"]
    assert (len(data["rows"]), data["row_count"], data["truncated"]) == (10, 5000, True)
    assert _preview(Csv, text, max_bytes=1000)["application/json"]["row_count"] is None


def test_the_thumbnail_is_three_rows():
    thumbnail = Csv.thumbnail(PreviewObject.of_bytes(b"a\n" + b"1\n" * 50))
    assert len(thumbnail["application/json"]["rows"]) == 3


@pytest.fixture
def frame():
    return pandas.DataFrame({"n": [1, 2, 3], "x": [0.5, float("nan"), 2.0], "s": ["<b>", "ß", None]})


def test_a_frame_comes_back_as_it_was(frame, tmp_path):
    DataFrame.dump(frame, tmp_path / "f")
    pandas.testing.assert_frame_equal(DataFrame.load(tmp_path / "f"), frame)
    indexed = frame.set_index("s")
    DataFrame.dump(indexed, tmp_path / "g")
    pandas.testing.assert_frame_equal(DataFrame.load(tmp_path / "g"), indexed)
    DataFrame.dump(tmp_path / "g", tmp_path / "h")
    assert (tmp_path / "h").read_bytes() == (tmp_path / "g").read_bytes()


@pytest.mark.parametrize("wrong", [[1], {"a": [1]}, "text", numpy.zeros(3), None])
def test_what_is_no_frame_is_refused(wrong, tmp_path):
    with pytest.raises(ParameterValueError, match=r"pandas\.DataFrame"):
        DataFrame.dump(wrong, tmp_path / "f")


def test_a_frame_that_parquet_can_not_hold_is_refused(tmp_path):
    with pytest.raises(ParameterValueError, match="Parquet"):
        DataFrame.dump(pandas.DataFrame({"a": [1, "x", object()]}), tmp_path / "f")


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "f").write_bytes(b"no parquet")
    with pytest.raises(ParameterValueError, match="data frame"):
        DataFrame.load(tmp_path / "f")
    assert "error" in Parquet.preview(PreviewObject.of_path(tmp_path / "f"))["metadata"]


def test_a_missing_library_is_named_with_the_way_to_get_it(frame, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(Exception, match=r"pip install 'plynx-jupyter\[table\]'"):
        DataFrame.dump(frame, tmp_path / "f")
    bundle = Parquet.preview(PreviewObject.of_bytes(b"PAR1"))
    assert "plynx-jupyter[table]" in bundle["metadata"]["error"]


def test_frames_may_become_csv_tsv_and_parquet_files(frame, tmp_path):
    Csv.dump(frame, tmp_path / "c")
    Tsv.dump(frame, tmp_path / "t")
    Parquet.dump(frame, tmp_path / "p")
    assert (tmp_path / "c").read_text().splitlines()[:2] == ["n,x,s", "1,0.5,<b>"]
    assert (tmp_path / "t").read_text().splitlines()[0] == "n\tx\ts"
    assert Parquet.load(tmp_path / "p") == tmp_path / "p"


def test_parquet_is_shown_with_its_schema_and_row_count(frame, tmp_path):
    Parquet.dump(frame, tmp_path / "p")
    bundle = Parquet.preview(PreviewObject.of_path(tmp_path / "p", max_rows=2))
    data = bundle["application/json"]
    assert data["columns"] == ["n", "x", "s"]
    assert data["types"][:2] == ["int64", "double"]
    assert data["rows"] == [[1, 0.5, "<b>"], [2, "nan", "ß"]] or data["rows"][1][1] is None
    assert (data["row_count"], data["truncated"]) == (3, True)
    assert "<b>" not in bundle["text/html"]


def test_parquet_of_times_bytes_and_lists_is_shown(tmp_path):
    odd = pandas.DataFrame(
        {
            "t": pandas.to_datetime(["2024-01-01T00:00:00.000000001", None]),
            "b": [b"\x00\xff", b""],
            "l": [[1, 2], []],
        }
    )
    Parquet.dump(odd, tmp_path / "p")
    assert len(Parquet.preview(PreviewObject.of_path(tmp_path / "p"))["application/json"]["rows"]) == 2
    Parquet.dump(odd[:0], tmp_path / "p")
    assert Parquet.preview(PreviewObject.of_path(tmp_path / "p"))["application/json"]["row_count"] == 0


def test_a_large_parquet_file_is_read_only_at_its_beginning_and_end(tmp_path, counted):
    big = pandas.DataFrame(numpy.random.default_rng(1).random((200_000, 5)), columns=list("abcde"))
    big.to_parquet(tmp_path / "p", compression=None)
    size = (tmp_path / "p").stat().st_size
    preview_object, counter = counted(lambda: (tmp_path / "p").open("rb"), size, max_rows=20)
    data = Parquet.preview(preview_object)["application/json"]
    assert counter.bytes_read <= 4 * 1024 * 1024 < size
    assert data["row_count"] == 200_000
    tight, counter = counted(lambda: (tmp_path / "p").open("rb"), size, max_bytes=100_000)
    data = Parquet.preview(tight)["application/json"]
    assert counter.bytes_read <= 100_000
    assert (data["columns"], data["row_count"]) == (list("abcde"), 200_000)
