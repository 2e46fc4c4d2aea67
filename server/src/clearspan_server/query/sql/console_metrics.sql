-- Metrics: one row a point of a metric, as it came.
select
    time_minute, -- the minute: a condition on it and on the name makes a question quick
    fromUnixTimestamp64Nano(time_ns, 'UTC') as time, -- UTC, to the nanosecond
    name, -- of the metric
    series, -- the same number for the same name and labels
    unit, -- as sent
    description, -- as sent
    type, -- gauge, sum, histogram, exponential_histogram, summary
    temporality, -- delta, cumulative, or empty
    monotonic, -- of a sum: whether it only grows
    value, -- of gauges and sums
    count, -- of histograms and summaries
    sum, -- of histograms and summaries
    min, -- of histograms
    max, -- of histograms
    bounds, -- of buckets
    bucket_counts, -- one more than bounds
    attributes, -- the labels, by key; each value is JSON
    resource, -- of the process, by key; each value is JSON
    service -- service.name of the sender
from metrics final
where project = {project:String}
