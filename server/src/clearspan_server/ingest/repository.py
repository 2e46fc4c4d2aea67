"""Which repository a coding agent worked in, as whoever runs it says; agents do not say it by themselves."""

from pathlib import PurePath

from clearspan_server.ingest.coerce import strings, text
from clearspan_server.ingest.draft import Attributes

_NAMES = ("vcs.repository.name", "repository", "vcs.repository.url.full")
_FOLDERS = "workspace.host_paths"


def repository(resource: Attributes, attributes: Attributes) -> str:
    """`owner/name`, or what it is called; of an address its path, of a folder its name; "" where nothing is said."""
    for name in _NAMES:
        said = text(resource.get(name)) or text(attributes.get(name))
        if said:
            path = said.rpartition("://")[2].removesuffix(".git")
            return "/".join(path.split("/")[-2:])
    folders = strings(attributes.get(_FOLDERS))
    return PurePath(folders[0].replace("\\", "/")).name if folders else ""
