-- What holds one of the texts in the sums by the hour and in the ledger: values that are to be said no more.
insert into doomed_rows
select distinct 'name', said
from
(
    select value as said from rollup_spans where project = {project:String}
    union distinct
    select arrayJoin([customer_id, toString(name), toString(feature), toString(service)]) as said
    from rollups
    where project = {project:String}
    union distinct
    select arrayJoin([toString(process), toString(service), toString(sender)]) as said
    from deliveries
    where project = {project:String}
)
where said != '' and multiSearchAnyCaseInsensitiveUTF8(said, {needles:Array(String)})
