"""Entity tags: an answer that the caller has already is not sent again."""

from clearspan_server import __version__


def etag(version: int, said: str) -> str:
    """The tag of a version and of what is said of it; another release may tell the same rows otherwise."""
    return f'"{__version__}-{version:x}-{said}"'


def caching(version: int, said: str) -> dict[str, str]:
    """The headers of an answer that may be kept by its reader, who asks each time whether it still holds."""
    return {
        "etag": etag(version, said),
        "cache-control": "private, no-cache",
        "vary": "authorization, cookie, x-clearspan-project",
    }


def holds(known: str, tag: str) -> bool:
    """Whether one of the tags of `if-none-match` is this one."""
    return tag in (one.strip().removeprefix("W/") for one in known.split(","))
