"""Names of files and what pictures tell about their maker are gone before the preview is made."""

from __future__ import annotations

from aspen.core.message import File, Image, Message, Role, Text
from aspen.core.request import Request
from aspen.privacy.redaction import without_names

JPEG_WITH_EXIF = b"\xff\xd8\xff\xe1\x00\x0aExif\0\0GP\xff\xda\x00\x04xxpixels\xff\xd9"


def request(*parts: File | Image | Text) -> Request:
    return Request(request_id="r", messages=(Message(role=Role.USER, parts=parts),))


def test_file_names_become_numbers_and_keep_their_kind() -> None:
    bare = without_names(
        request(
            File(name="Smith v. Jones.PDF", text="a"),
            File(name="notes.txt", text="b"),
            File(name="Smith v. Jones.PDF", text="c"),
            File(name="x.Dr Miller", text="d"),
        )
    )
    names = [part.name for part in bare.messages[0].parts if isinstance(part, File)]
    assert names == ["file-1.pdf", "file-2.txt", "file-1.pdf", "file-3"]


def test_words_are_not_changed() -> None:
    said = request(Text(text="In notes.txt"), File(name="notes.txt", text="notes.txt says"))
    text, file = without_names(said).messages[0].parts
    assert text == said.messages[0].parts[0]
    assert isinstance(file, File)
    assert file.text == "notes.txt says"


def test_pictures_leave_without_their_metadata() -> None:
    (picture,) = without_names(request(Image(media_type="image/jpeg", encoded=JPEG_WITH_EXIF))).messages[0].parts
    assert isinstance(picture, Image)
    assert picture.encoded == b"\xff\xd8\xff\xda\x00\x04xxpixels\xff\xd9"
