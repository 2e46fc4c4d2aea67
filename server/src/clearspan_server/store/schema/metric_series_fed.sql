-- Every insert into metrics says of its series what is newest. An answer that is inserted twice changes nothing here.
create materialized view if not exists metric_series_fed to metric_series as
select
    project,
    name,
    series,
    latest as time_ns,
    type,
    temporality,
    monotonic,
    unit,
    description,
    mapFilter(
        (label, value) -> value != '',
        mapUpdate(
            mapUpdate(
                mapFromArrays(
                    arrayMap(key -> concat('resource.', key), mapKeys(kept)),
                    arrayMap(value -> if(value like '"%"', JSONExtractString(value), value), mapValues(kept))
                ),
                map('service', toString(service))
            ),
            mapFromArrays(
                arrayMap(key -> toString(key), mapKeys(attributes)),
                arrayMap(value -> if(value like '"%"', JSONExtractString(value), value), mapValues(attributes))
            )
        )
    )::Map(LowCardinality(String), String) as labels
from
(
    select
        project,
        name,
        series,
        max(metrics.time_ns) as latest,
        any(metrics.type) as type,
        any(metrics.temporality) as temporality,
        any(metrics.monotonic) as monotonic,
        any(metrics.unit) as unit,
        any(metrics.description) as description,
        any(metrics.service) as service,
        any(metrics.attributes) as attributes,
        mapFilter((key, value) -> key != 'service.name' and not startsWith(key, 'telemetry.'), any(metrics.resource)) as kept
    from metrics
    group by project, name, series
)
