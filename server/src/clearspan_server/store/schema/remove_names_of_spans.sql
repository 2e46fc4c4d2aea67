-- Sums of hours whose spans are gone stay, under no name.
alter table rollup_spans
    update value = ''
    where project = {project:String}
        and (dimension in ('user', 'customer') or {anywhere:Bool} and dimension != '')
        and value in (select id from doomed_rows where kind = 'name')
settings mutations_sync = 2
