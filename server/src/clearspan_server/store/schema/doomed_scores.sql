-- The scores that hold one of the texts anywhere, or name somebody as their session, author or word.
insert into doomed_rows
select 'scores', score_id
from scores
where project = {project:String}
    and if(
        {anywhere:Bool},
        multiSearchAnyCaseInsensitiveUTF8(
            concat(score_id, ' ', session_id, ' ', name, ' ', text, ' ', author, ' ', comment, ' ', environment, ' ', metadata, ' ', experiment_id), {needles:Array(String)}),
        session_id in {wholes:Array(String)} or text in {wholes:Array(String)} or author in {wholes:Array(String)})
