"""Records what other libraries do: model calls on the HTTP wire, requests that come in, queries, tools."""
