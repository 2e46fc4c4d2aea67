"""What access does as time passes: guesses are forgotten, keys and sessions end; on a clock of the test's own."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from clearspan_server.api.attempts import LIMITS, WINDOW_S, Attempts
from clearspan_server.errors import NotAllowed, NotAuthenticated, TooManyAttempts
from clearspan_server.store.accounts import Accounts
from clearspan_server.store.browser_sessions import Sessions
from clearspan_server.store.catalog import Catalog
from clearspan_server.store.passwords import hash_password, is_password

PASSWORD = "a long enough password"


@dataclass
class Clock:
    """Two clocks that go when they are told to."""

    now: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def date(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def fail(attempts: Attempts, name: str, address: str, times: int = 1) -> None:
    for _ in range(times):
        with attempts.one(name, address):
            pass


def test_a_name_that_failed_too_often_waits_until_the_first_failure_is_old(clock: Clock) -> None:
    attempts = Attempts(clock.seconds)
    fail(attempts, "ann", "192.0.2.1", LIMITS["name and address"])

    clock.pass_by(seconds=WINDOW_S - 10)
    with pytest.raises(TooManyAttempts) as refused:
        fail(attempts, "ANN ", "192.0.2.1")
    clock.pass_by(seconds=10)
    fail(attempts, "ann", "192.0.2.1")

    assert refused.value.retry_after_s == 11


def test_another_address_is_not_locked_out_with_the_one_that_guesses(clock: Clock) -> None:
    attempts = Attempts(clock.seconds)

    fail(attempts, "ann", "192.0.2.1", LIMITS["name and address"])

    fail(attempts, "ann", "192.0.2.2")


def test_an_address_that_tries_many_names_waits_too(clock: Clock) -> None:
    attempts = Attempts(clock.seconds)
    for number in range(LIMITS["address"]):
        fail(attempts, f"name-{number}", "192.0.2.1")

    with pytest.raises(TooManyAttempts, match="of this address"):
        fail(attempts, "another", "192.0.2.1")


def test_a_name_that_is_guessed_from_everywhere_is_slowed_down(clock: Clock) -> None:
    attempts = Attempts(clock.seconds)
    for number in range(LIMITS["name"]):
        fail(attempts, "ann", f"192.0.2.{number}")

    with pytest.raises(TooManyAttempts, match="of this name"):
        fail(attempts, "ann", "198.51.100.1")


def test_another_spelling_of_a_name_is_no_other_name(clock: Clock) -> None:
    attempts = Attempts(clock.seconds)
    spellings = ["ann", "ANN ", "\uff41nn", "\u24d0nn", "\U0001d41ann"]
    for spelt in spellings:
        fail(attempts, spelt, "192.0.2.1")

    with pytest.raises(TooManyAttempts, match="of this name and address"):
        fail(attempts, "a\uff4en", "192.0.2.1")


def test_who_signs_in_has_not_failed(clock: Clock) -> None:
    attempts = Attempts(clock.seconds)

    for _ in range(LIMITS["address"] + 1):
        with attempts.one("ann", "192.0.2.1") as succeeded:
            succeeded()


def test_a_password_is_kept_salted_and_read_however_it_was_typed() -> None:
    kept = [hash_password("paßwort-mit-é"), hash_password("paßwort-mit-é")]

    assert kept[0] != kept[1]
    assert is_password("paßwort-mit-e\u0301", kept[0])
    assert not is_password("paßwort-mit-e", kept[0])


def test_a_key_ends_when_it_was_said_to(tmp_path: Path, clock: Clock) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    key, _ = catalog.create_key(
        "p", name="", environment="", scopes=["read"], expires=clock.now + timedelta(days=1)
    )

    clock.pass_by(hours=23)
    before = catalog.find_key(key)
    clock.pass_by(hours=1)

    assert before is not None
    assert catalog.find_key(key) is None
    catalog.close()


def test_a_rotated_secret_ends_after_its_grace_time(tmp_path: Path, clock: Clock) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    old, row = catalog.create_key("p", name="", environment="", scopes=["read"])
    rotated = catalog.rotate_key(row.id, 3600)
    assert rotated is not None

    clock.pass_by(seconds=3599)
    during = [catalog.find_key(key) is not None for key in (old, rotated[0])]
    clock.pass_by(seconds=1)
    after = [catalog.find_key(key) is not None for key in (old, rotated[0])]

    assert (during, after) == ([True, True], [False, True])
    assert catalog.rotate_key("unknown", 0) is None
    catalog.close()


def test_the_use_of_a_key_is_written_once_a_minute(tmp_path: Path, clock: Clock) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    key, _ = catalog.create_key("p", name="", environment="", scopes=["read"])
    seen = []

    for seconds in (0, 30, 30, 59):
        clock.pass_by(seconds=seconds)
        catalog.find_key(key)
        [row] = catalog.list_keys()
        seen.append(row.last_used)

    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert seen == [start, start, *[start + timedelta(minutes=1)] * 2]
    catalog.close()


def test_a_session_expires_and_only_its_own_cookie_finds_it(tmp_path: Path, clock: Clock) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    account = Accounts(catalog.database, clock.date).create("ann", PASSWORD, "admin")
    sessions = Sessions(catalog.database, hours=2, clock=clock.date)
    cookie = sessions.begin(account, agent="test", address="192.0.2.1")

    clock.pass_by(minutes=119)
    found = sessions.find(cookie)
    forged = sessions.find(cookie[:-1])
    clock.pass_by(minutes=1)

    assert (found is not None and found.account, forged) == (account, None)
    assert sessions.find(cookie) is None
    assert sessions.of(account) == []
    catalog.close()


def test_the_first_account_ends_open_mode_and_the_tokens_sessions(
    tmp_path: Path, clock: Clock
) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    accounts = Accounts(catalog.database, clock.date)
    sessions = Sessions(catalog.database, hours=2, clock=clock.date)
    cookie = sessions.begin(None, agent="", address="")
    was_open = not accounts.exist

    admin = accounts.create("ann", PASSWORD, "admin")

    assert (was_open, accounts.exist, sessions.find(cookie)) == (True, True, None)
    with pytest.raises(NotAllowed, match="last admin"):
        accounts.delete(admin.id)
    assert Accounts(catalog.database).exist  # also after a restart
    catalog.close()


def test_who_signed_in_while_the_first_account_was_made_is_nobody(
    tmp_path: Path, clock: Clock
) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    sessions = Sessions(catalog.database, hours=2, clock=clock.date)
    Accounts(catalog.database, clock.date).create("ann", PASSWORD, "admin")

    cookie = sessions.begin(None, agent="", address="")

    assert sessions.find(cookie) is None
    catalog.close()


def test_no_session_begins_for_an_account_that_is_another_one_by_now(
    tmp_path: Path, clock: Clock
) -> None:
    catalog = Catalog(tmp_path / "catalog.db", clock.date)
    accounts = Accounts(catalog.database, clock.date)
    sessions = Sessions(catalog.database, hours=2, clock=clock.date)
    accounts.create("ann", PASSWORD, "admin")
    changed = accounts.create("vic", PASSWORD, "viewer")
    deleted = accounts.create("bob", PASSWORD, "viewer")
    clock.pass_by(seconds=1)

    accounts.set_password(changed.id, PASSWORD[::-1])
    accounts.delete(deleted.id)

    for account in (changed, deleted):
        with pytest.raises(NotAuthenticated, match="sign in again"):
            sessions.begin(account, agent="", address="")
        assert sessions.of(account) == []
    catalog.close()


def test_an_upgrade_of_the_catalog_that_breaks_off_can_be_done_again(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("create table views (in_the_way)")
    with pytest.raises(OperationalError, match="views already exists"):
        Catalog(path)

    with closing(sqlite3.connect(path)) as file:
        [tables] = zip(*file.execute("select name from sqlite_master"), strict=True)
        file.execute("drop table views")
    catalog = Catalog(path)

    assert tables == ("views",)
    assert catalog.projects() == []
    catalog.close()
