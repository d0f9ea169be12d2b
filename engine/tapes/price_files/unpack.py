"""Packed files: zip and gzip are opened in memory, bounded; anything else that is not a table is named."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass

from engine.tapes.price_files.errors import PriceFileError, base_name, quoted

LARGEST_FILE = 512 * 1024 * 1024
"""Most bytes that a file may hold once it is unpacked."""

ZIP, GZIP, ARROW, OLD_FEATHER, PARQUET = b"PK\x03\x04", b"\x1f\x8b", b"ARROW1", b"FEA1", b"PAR1"
UNPACK = "unpack it and open the file inside"
FOREIGN = (
    (b"SQLite format 3", "an SQLite database", "export the bars as CSV"),
    (b"%PDF", "a PDF document", "download the prices as CSV"),
    (b"\x89PNG", "a picture", "download the prices as CSV"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ", "an xz archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstandard archive", UNPACK),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", "save the sheet as CSV"),
    (b"\x89HDF", "an HDF5 file", "export the bars as CSV or feather"),
    (OLD_FEATHER, "a feather file of the old version 1", "save it again as feather version 2 or as CSV"),
)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was in a file: its name inside, its bytes, and how it was packed (`zip`, `gzip` or nothing)."""

    name: str
    data: bytes
    packing: str


def unpack(name: str, data: bytes) -> Unpacked:
    """The table's bytes, out of the zip or gzip that they may be in.

    Raises:
        PriceFileError: empty, too large, damaged, encrypted, not one file, or something that is no table.
    """
    if not data or data.isspace():
        raise PriceFileError(name, "the file is empty", "a file with one bar a row would work")
    if len(data) > LARGEST_FILE:
        raise _too_large(name)
    if data.startswith(GZIP):
        inner = Unpacked(base_name(name).removesuffix(".gz"), _gunzip(name, data), "gzip")
    elif data.startswith((ZIP, b"PK\x05\x06", b"PK\x07\x08")):
        inner = _unzip(name, data)
    else:
        inner = Unpacked(base_name(name), data, "")
    if inner.packing and inner.data.startswith((ZIP, GZIP)):
        raise PriceFileError(name, "an archive inside an archive", UNPACK)
    for magic, what, would_work in FOREIGN:
        if inner.data.startswith(magic):
            raise PriceFileError(name, f"this is {what}, not a table of prices", would_work)
    if not inner.data or inner.data.isspace():
        raise PriceFileError(name, "the file inside is empty", "a file with one bar a row would work")
    return inner


def _too_large(name: str) -> PriceFileError:
    return PriceFileError(
        name, f"it holds more than {LARGEST_FILE // 1024**2} MiB", "fewer days, or longer bars, would work"
    )


def _gunzip(name: str, data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            content = packed.read(LARGEST_FILE + 1)
    except Exception as error:  # zlib, EOF and header errors: a damaged file raises many kinds
        raise PriceFileError(name, "the gzip data are damaged or cut short", "download it again") from error
    if len(content) > LARGEST_FILE:
        raise _too_large(name)
    return content


def _unzip(name: str, data: bytes) -> Unpacked:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = _only_member(name, archive)
            if member.flag_bits & 1:
                raise PriceFileError(name, "the zip is encrypted", UNPACK)
            if member.file_size > LARGEST_FILE:
                raise _too_large(name)
            # The size that a zip states may be a lie, so the reading itself is bounded too.
            with archive.open(member) as packed:
                content = packed.read(LARGEST_FILE + 1)
    except PriceFileError:
        raise
    except Exception as error:  # zipfile raises a dozen kinds on damaged input
        raise PriceFileError(name, "the zip is damaged or packed in an unknown way", "download it again") from error
    if len(content) > LARGEST_FILE:
        raise _too_large(name)
    return Unpacked(base_name(member.filename), content, "zip")


def _only_member(name: str, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one table of a zip. Its name is only shown and searched for a symbol, never used as a path."""
    names = [info.filename for info in archive.infolist()]
    if any(inside.startswith("xl/") for inside in names):
        raise PriceFileError(name, "this is an Excel workbook, not a table of prices", "save the sheet as CSV")
    members = [
        info
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and not info.filename.upper().endswith(("CHECKSUM", ".MD5", "README.TXT", ".DS_STORE"))
    ]
    if len(members) == 1:
        return members[0]
    if not members:
        raise PriceFileError(name, "the zip holds no file", "a zip with one CSV would work")
    listed = ", ".join(quoted(base_name(info.filename)) for info in members[:3])
    raise PriceFileError(name, f"the zip holds {len(members)} files ({listed}…)", "unpack it and open one of them")
