-- As spans_codecs has it of spans.
alter table traces
    modify column trace_id codec(LZ4),
    modify column start_ns codec(Delta, LZ4),
    modify column end_ns codec(Delta, LZ4),
    modify column error_message codec(LZ4),
    modify column user_id codec(LZ4),
    modify column session_id codec(LZ4),
    modify column input_preview codec(LZ4),
    modify column output_preview codec(LZ4),
    modify column received_ns codec(Delta, LZ4),
    modify column version codec(Delta, LZ4),
    modify column start_minute codec(Delta, LZ4),
    modify column shown codec(LZ4),
    modify setting default_compression_codec = 'LZ4', min_compress_block_size = 8192
