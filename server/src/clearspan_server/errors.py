"""Every error that Clearspan raises on purpose.

    ClearspanError
    ├─ BadInput            the caller's bytes or values                 400
    │  ├─ BadFilter        a filter that cannot be read, with the column 400
    │  ├─ BadSql           a query that is not allowed, with its place   400
    │  ├─ SqlLimit         a query that took or gave too much            400
    │  ├─ UnsupportedType  a content type that nobody reads             415
    │  ├─ TooLarge         a body over its limit, also when inflated    413
    │  ├─ OutOfRange       bytes that a text has not                    416
    │  └─ HeadersTooLarge  more headers, or longer ones, than are read  431
    ├─ NotAuthenticated    no credential, or one that nobody knows      401
    ├─ NotAllowed          a credential that may not do this            403
    ├─ NotFound            nothing under this id in this project        404
    ├─ Conflict            somebody else changed it meanwhile           409
    ├─ TooSlow             a body that stopped coming                   408
    ├─ TooBusy             the journal is over its bound                429
    │  ├─ TooManyAttempts  failed sign-ins                              429
    │  ├─ TooManyReads     a key that polls too fast                    429
    │  └─ TooManyCalls     a virtual key that calls too often           429
    ├─ BadGateway          a model provider that is not there           502
    ├─ GatewayTimeout      a model provider that says nothing           504
    ├─ Unavailable         a part is not up                             503
    │  └─ ColdAway          the folder of cold storage is not there      503
    └─ StartRefused        the server cannot start; the command exits with 2
       ├─ FolderInUse
       ├─ PortInUse
       └─ NoServer      a command finds nobody to ask

Each error knows its HTTP status and its stable code; nobody else decides them.
"""

from collections.abc import Collection, Mapping


class ClearspanError(Exception):
    """What went wrong, in one sentence that holds the offending value."""

    status = 500
    code = "internal"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = details


class BadInput(ClearspanError):
    status = 400
    code = "bad_input"


class BadFilter(BadInput):
    code = "bad_filter"


class BadSql(BadInput):
    """A query to the SQL console; `line` and `column` count from one, and are 0 where the place is not known."""

    code = "bad_sql"

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        place = f"line {line}, column {column}: " if line else ""
        super().__init__(place + message, line=line, column=column)


class SqlLimit(BadInput):
    code = "sql_limit"


class UnsupportedType(BadInput):
    status = 415
    code = "unsupported_type"


class TooLarge(BadInput):
    status = 413
    code = "too_large"


class OutOfRange(BadInput):
    status = 416
    code = "out_of_range"


class HeadersTooLarge(BadInput):
    status = 431
    code = "headers_too_large"


class NotAuthenticated(ClearspanError):
    status = 401
    code = "not_authenticated"


class NotAllowed(ClearspanError):
    status = 403
    code = "not_allowed"


class NotFound(ClearspanError):
    status = 404
    code = "not_found"


class Conflict(ClearspanError):
    status = 409
    code = "conflict"


class TooSlow(ClearspanError):
    status = 408
    code = "too_slow"


class TooBusy(ClearspanError):
    status = 429
    code = "too_busy"
    retry_after_s = 2


class TooManyAttempts(TooBusy):
    code = "too_many_attempts"


class TooManyReads(TooBusy):
    code = "too_many_reads"


class TooManyCalls(TooBusy):
    code = "too_many_calls"


class BadGateway(ClearspanError):
    """`type` is the failure in the words of the HTTP client."""

    status = 502
    code = "bad_gateway"


class GatewayTimeout(ClearspanError):
    """`type` as in BadGateway."""

    status = 504
    code = "gateway_timeout"


class Unavailable(ClearspanError):
    status = 503
    code = "unavailable"
    retry_after_s = 2


class ColdAway(Unavailable):
    """`trace_ids` are those whose spans could not be read."""

    code = "cold_away"

    def __init__(self, message: str, trace_ids: Collection[str] = ()) -> None:
        super().__init__(message)
        self.trace_ids = trace_ids


class StartRefused(ClearspanError):
    code = "start_refused"


class FolderInUse(StartRefused):
    code = "folder_in_use"


class PortInUse(StartRefused):
    code = "port_in_use"


class NoServer(StartRefused):
    """Of commands: nobody answers where a server should."""

    code = "no_server"


def with_code(code: str, message: str) -> ClearspanError:
    """The error that a server answered with, for its clients; one of unknown code is a plain ClearspanError."""
    kinds: list[type[ClearspanError]] = [ClearspanError]
    for kind in kinds:  # grows while it is gone through
        if kind.code == code:
            return kind(message)
        kinds += kind.__subclasses__()
    return ClearspanError(message)


def with_status(status: int, message: str) -> ClearspanError:
    """The first error of an HTTP status, for answers that name no code; of an unknown one a plain ClearspanError."""
    kinds: list[type[ClearspanError]] = [ClearspanError]
    for kind in kinds:  # grows while it is gone through
        if kind is not ClearspanError and vars(kind).get("status") == status:
            return kind(message)
        kinds += kind.__subclasses__()
    return ClearspanError(message)
