"""Which repository a coding agent worked in, by whatever address or name it is told."""

import pytest

from clearspan_server.ingest.draft import Value
from clearspan_server.ingest.repository import repository


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("acme/shop", "acme/shop"),
        ("shop", "shop"),
        ("https://github.com/acme/shop.git", "acme/shop"),
        ("https://github.com/acme/shop/", "acme/shop"),
        ("https://gitlab.com/acme/tools/shop", "tools/shop"),
        ("https://oauth2:not-a-secret@gitlab.com/shop", "shop"),
        ("https://[redacted:credentials]@gitlab.com/acme/shop.git", "acme/shop"),
        ("ssh://git@example.org:2222/acme/shop.git", "acme/shop"),
        ("git@github.com:acme/shop.git", "acme/shop"),
        ("oauth2:not-a-secret@example.org:acme/shop.git", "acme/shop"),
        ("[redacted:email]:acme/shop.git", "acme/shop"),
        ("https://github.com", ""),
    ],
)
def test_of_an_address_the_path_alone_is_the_repository(said: str, found: str) -> None:
    assert repository({"vcs.repository.url.full": said}, {}) == found


def test_a_folder_stands_for_a_repository_that_nobody_names() -> None:
    folders: list[Value] = ["C:\\work\\shop", "/elsewhere"]

    assert repository({}, {"workspace.host_paths": folders}) == "shop"
