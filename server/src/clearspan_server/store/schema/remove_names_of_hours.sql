-- Sums of hours whose spans are gone stay, under no name.
alter table rollups
    update
        customer_id = if(customer_id in (select id from doomed_rows where kind = 'name'), '', customer_id),
        name = if({anywhere:Bool} and name in (select id from doomed_rows where kind = 'name'), '', name),
        feature = if({anywhere:Bool} and feature in (select id from doomed_rows where kind = 'name'), '', feature),
        service = if({anywhere:Bool} and service in (select id from doomed_rows where kind = 'name'), '', service)
    where project = {project:String}
        and (customer_id in (select id from doomed_rows where kind = 'name')
            or {anywhere:Bool} and (name in (select id from doomed_rows where kind = 'name')
                or feature in (select id from doomed_rows where kind = 'name')
                or service in (select id from doomed_rows where kind = 'name')))
settings mutations_sync = 2
