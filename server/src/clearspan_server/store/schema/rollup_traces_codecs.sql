-- As spans_codecs has it of spans.
alter table rollup_traces
    modify column hour codec(Delta, LZ4),
    modify column generation codec(Delta, LZ4),
    modify column since codec(Delta, LZ4),
    modify column duration_ns codec(LZ4),
    modify setting default_compression_codec = 'LZ4'
