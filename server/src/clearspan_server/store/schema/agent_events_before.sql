-- Which prompts the events of a session named in the hours before a moment; "" for those that name none.
select distinct trim(both '"' from attributes['prompt.id']) as prompt
from logs
where project = {project:String}
    and time_minute between toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}, 'UTC'))
        and toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}, 'UTC'))
    and time_ns < {to_ns:Int64}
    and event_name in {names:Array(String)}
    and attributes[{key:String}] = {session:String}
limit {limit:UInt32}
