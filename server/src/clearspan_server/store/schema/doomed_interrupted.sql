-- Mutations that were under way when a removal failed or the server was killed: they would go on with whatever the tables
-- of the next removal, or of a preview, hold by then.
kill mutation where database = currentDatabase() and not is_done and command like '%doomed%' sync
