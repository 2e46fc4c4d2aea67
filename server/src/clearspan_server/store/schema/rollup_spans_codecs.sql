-- As spans_codecs has it of spans: an overview of a month reads all of its hours.
alter table rollup_spans
    modify column hour codec(Delta, LZ4),
    modify column generation codec(Delta, LZ4),
    modify column since codec(Delta, LZ4),
    modify column value codec(LZ4),
    modify column last_ns codec(Delta, LZ4),
    modify column ttft_ns codec(LZ4),
    modify column duration_ns codec(LZ4),
    modify setting default_compression_codec = 'LZ4'
