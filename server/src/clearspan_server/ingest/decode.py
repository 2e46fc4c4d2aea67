"""Which decoder reads what."""

from clearspan_server.ingest.decode_traces import decode_json, decode_protobuf

__all__ = ["decode_json", "decode_protobuf"]
