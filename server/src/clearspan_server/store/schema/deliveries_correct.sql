-- Records that have left the quarantine: re-driven ones are stored, discarded ones were rejected after all.
-- The row replaces the one with its key. A refused row knows the entry that it came in; the request's first entry,
-- the last one with a delivery at or before that, is the delivery's number. `d.`: a bare name would mean the new value.
insert into deliveries
select * replace (
    toUInt32(d.accepted - {discarded:UInt32}) as accepted,
    toUInt32(d.quarantined - {discarded:UInt32} - {stored:UInt32}) as quarantined,
    mapFilter((reason, count) -> count > 0, mapAdd(d.rejected, map('discarded', {discarded:UInt32}))) as rejected)
from deliveries as d final
where d.project = {project:String}
    and d.seq = (select max(seq) from deliveries where project = {project:String} and seq <= {seq:UInt64})
    and d.quarantined >= {discarded:UInt32} + {stored:UInt32}
