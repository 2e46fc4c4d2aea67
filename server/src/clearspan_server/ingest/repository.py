"""Which repository a coding agent worked in, as whoever runs it says; agents do not say it by themselves."""

import re
from pathlib import PurePath

from clearspan_server.ingest.coerce import strings, text
from clearspan_server.ingest.draft import Attributes

_NAMES = ("vcs.repository.name", "repository", "vcs.repository.url.full")
_FOLDERS = "workspace.host_paths"
# Of an address whose it is and where, as in https://user:secret@host/…, git@host:… and what redaction leaves of these.
_BEFORE_PATH = re.compile(
    r"[a-z][a-z0-9+.\-]*://[^/]*/?|[^/@]*@[^/:@]+:|\[redacted:[a-z_]+\]:", re.IGNORECASE
)


def repository(resource: Attributes, attributes: Attributes) -> str:
    """`owner/name`, or what it is called; of an address its path, of a folder its name; "" where nothing is said."""
    for name in _NAMES:
        said = text(resource.get(name)) or text(attributes.get(name))
        begins = _BEFORE_PATH.match(said)
        path = said[begins.end() if begins else 0 :].strip("/").removesuffix(".git")
        if path:
            return "/".join(path.split("/")[-2:])
    folders = strings(attributes.get(_FOLDERS))
    return PurePath(folders[0].replace("\\", "/")).name if folders else ""
