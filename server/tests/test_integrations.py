"""Each page of docs/integrations has programs that run, and record every model call as the simulator billed it."""

import pytest

from integrations import ENVIRONMENTS, PAGES, PROVIDERS, faults, programs
from tree import ROOT

NAMES = sorted(page.stem for page in PAGES.glob("*.md") if page.stem != "index")
HERE = [name for name in NAMES if name not in ENVIRONMENTS]
CLIENTS = ROOT / "server" / "tests" / "clients" / "python"


@pytest.mark.parametrize("page", HERE)
def test_the_programs_of_a_page_record_what_they_do(page: str) -> None:
    assert faults(page) == []


def test_every_page_has_a_program_and_a_row_in_the_index() -> None:
    index = (PAGES / "index.md").read_text(encoding="utf-8")

    assert [name for name in NAMES if not programs(name)] == []
    assert [name for name in NAMES if f"]({name}.md)" not in index] == []
    assert set(PROVIDERS) | set(ENVIRONMENTS) <= set(NAMES)


@pytest.mark.parametrize(("page", "client"), ENVIRONMENTS.items())
def test_a_page_whose_library_is_not_here_runs_in_the_environment_of_a_client(
    page: str, client: str
) -> None:
    package = client.removeprefix("clearspan-")
    locked = (CLIENTS / client / "requirements.lock").read_text(encoding="utf-8")

    assert f"\n{package}==" in f"\n{locked}"
    assert page in PROVIDERS
