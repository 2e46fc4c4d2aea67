-- One text of a span as its row holds it, and what was cut of the row; `key` is an attribute's, or empty for a column.
select truncated, if({key:String} = '', {column:Identifier}, attributes[{key:String}]) as text
from spans final
where project = {project:String} and trace_id = {trace_id:String} and span_id = {span_id:String}
limit 1
