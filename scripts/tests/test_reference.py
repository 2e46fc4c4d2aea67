"""The reference of the SDK is what its docstrings say."""

import re

import clearspan
from clearspan import testing, wire
from clearspan.instrument import TARGETS
from reference import PAGE, documentation, page, signature


def test_the_page_is_what_make_docs_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_public_name_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    names = [*clearspan.__all__, *testing.__all__, *wire.__all__, *TARGETS]

    assert [
        name for name in names if not re.search(rf"`{name}`|\.{name}$", text, re.MULTILINE)
    ] == []


def test_a_docstring_becomes_paragraphs_a_list_and_an_example() -> None:
    def double(first: int) -> int:
        """Adds ``first`` to itself.

        It is
        not changed.

        Args:
            first: a number
                of any size.

        Raises:
            TypeError: it is none.

        Example:
            >>> 1 + 1
            2
        """
        return first + first

    assert documentation(double).split("\n\n") == [
        "Adds `first` to itself.",
        "It is not changed.",
        "- `first`: a number of any size.",
        "- raises `TypeError`: it is none.",
        "```pycon\n>>> 1 + 1\n2\n```\n",
    ]


def test_a_long_signature_has_a_line_for_each_parameter() -> None:
    def ask(
        question: str, /, *, model: str = "a model with a name of more than forty letters"
    ) -> str:
        return f"{model}: {question}"

    assert signature("ask", ask) == "ask(question: str, /, *, model: str = …) -> str"
    assert signature("ask" * 20, ask).splitlines()[1:] == [
        "    question: str,",
        "    /,",
        "    *,",
        "    model: str = …,",
        ") -> str",
    ]
