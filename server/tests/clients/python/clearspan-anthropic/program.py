"""Anthropic's client, recorded by Clearspan's SDK."""

import anthropic_scenarios
import clearspan_sdk

clearspan_sdk.run(anthropic_scenarios.of(clearspan_sdk.lookup))
