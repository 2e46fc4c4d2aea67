-- Removals that were under way when the server was killed: they would go on with the records that are noted next, whose
-- file is not whole yet.
kill mutation where database = currentDatabase() and not is_done and command like '%cold_rows%' sync
