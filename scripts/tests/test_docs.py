"""The check of the manual sees what it is meant to see."""

import pytest

from docs import anchor, broken_links, broken_python, missing_files, unknown_targets
from tree import ROOT

PAGE = ROOT / "README.md"


def test_a_link_to_a_page_that_is_not_there_is_a_fault() -> None:
    faults = list(broken_links(PAGE, "see [this](docs/nowhere.md) and [that](STYLE.md)"))

    assert faults == ["README.md: links to docs/nowhere.md, which is not there"]


def test_a_picture_that_is_not_there_is_a_fault() -> None:
    faults = list(broken_links(PAGE, '<img src="docs/images/nothing.png" alt="">'))

    assert faults == ["README.md: links to docs/images/nothing.png, which is not there"]


def test_a_link_to_a_heading_that_is_not_there_is_a_fault() -> None:
    faults = list(broken_links(PAGE, "[a](STYLE.md#names) [b](STYLE.md#nonsense)"))

    assert faults == ["README.md: links to STYLE.md#nonsense, but there is no such heading"]


@pytest.mark.parametrize("link", ["https://example.org/x", "mailto:somebody@example.org"])
def test_other_sites_are_not_asked(link: str) -> None:
    assert list(broken_links(PAGE, f"[there]({link})")) == []


def test_a_file_is_found_by_the_end_of_its_path() -> None:
    faults = list(
        missing_files(PAGE, "scripts/docs.py, server/errors.py, settings.py, api/<noun>.py")
    )

    assert faults == ["README.md: names server/errors.py, which is not there"]


def test_python_that_does_not_compile_is_a_fault() -> None:
    faults = list(broken_python(PAGE, "```python\nwith clearspan.span(:\n```\n"))

    assert len(faults) == 1


def test_an_unknown_make_target_is_a_fault_and_a_sentence_is_none() -> None:
    text = "`make run` and `make coffee`; they make sense.\n"

    faults = list(unknown_targets(PAGE, text))

    assert faults == ["README.md: mentions make coffee, which the Makefile does not know"]


def test_an_anchor_is_the_heading_in_small_letters_with_dashes() -> None:
    assert anchor("What it promises, and why?") == "what-it-promises-and-why"
