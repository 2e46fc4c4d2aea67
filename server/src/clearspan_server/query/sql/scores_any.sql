-- Whether anything is judged in a project.
select 1 as one from scores final where project = {project:String} limit 1
