-- As spans_codecs has it of spans: points are scanned by the hundred thousand for one chart.
alter table metrics
    modify column start_ns codec(Delta, LZ4),
    modify column time_ns codec(Delta, LZ4),
    modify column attributes codec(LZ4),
    modify column resource codec(LZ4),
    modify column received_ns codec(Delta, LZ4),
    modify column time_minute codec(Delta, LZ4),
    modify setting default_compression_codec = 'LZ4'
