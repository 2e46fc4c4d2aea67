"""Everything that redaction looks for: secrets, personal data, numbers that states give to people."""

from clearspan_server.ingest.pattern import Rule
from clearspan_server.ingest.patterns_ids import NATIONAL
from clearspan_server.ingest.patterns_people import CONTACTS, PEOPLE
from clearspan_server.ingest.patterns_secrets import SECRETS

RULES: tuple[Rule, ...] = (*SECRETS, *PEOPLE, *NATIONAL, *CONTACTS)
"""In order of weight: where two overlap, the earlier one names what is cut."""

TYPES = frozenset(rule.type for rule in RULES)
# These go whatever a project wants to keep of people.
SECRET_TYPES = frozenset(rule.type for rule in SECRETS)
