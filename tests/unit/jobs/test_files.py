"""A file is replaced by a whole one, or stays."""

from pathlib import Path

import pytest

from jobs import files


def test_what_ends_early_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old", "utf-8")
    with pytest.raises(IsADirectoryError), files.whole(tmp_path / "a") as made:
        made.write_bytes(b"half" + tmp_path.read_bytes())
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == ["old"]


def test_what_lies_beside_from_a_kill_or_for_a_trap_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("kept", "utf-8")
    (tmp_path / ".a.part").symlink_to(tmp_path / "elsewhere")
    with files.whole(tmp_path / "a") as made:
        made.write_text("new", "utf-8")
    assert ((tmp_path / "a").read_text("utf-8"), (tmp_path / "elsewhere").read_text("utf-8")) == ("new", "kept")
