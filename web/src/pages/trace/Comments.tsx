import * as Popover from "@radix-ui/react-popover";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { addComment, commentsQuery, deleteComment, type Judged } from "../../api/judgements";
import { Age } from "../../ui/Age";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import "../../ui/Button.css";
import "../shell/Menu.css";
import "./Comments.css";

interface CommentsProps {
  judged: Judged;
  /** As the trace said when it was read. */
  count: number;
  isReader: boolean;
}

/** What people wrote about the trace, and a place to write. */
export function Comments({ judged, count, isReader }: CommentsProps) {
  const [isOpen, setOpen] = useState(false);
  const { data } = useQuery({
    ...commentsQuery(judged.project, judged.traceId),
    enabled: isOpen,
  });
  const shown = data?.length ?? count;
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="button" aria-label={`Comments, ${shown}`}>
        <Icon name="comment" />
        {shown > 0 && <span className="number">{shown}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu comments" align="end" sideOffset={4} aria-label="Comments">
          <CommentList judged={judged} isReader={isReader} />
          {!isReader && <CommentForm judged={judged} />}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function CommentList({ judged, isReader }: Omit<CommentsProps, "count">) {
  const queries = useQueryClient();
  const query = commentsQuery(judged.project, judged.traceId);
  const { data, error } = useQuery(query);
  const deletion = useMutation({
    mutationFn: (id: string) => deleteComment(judged, id),
    onSuccess: () => queries.invalidateQueries({ queryKey: query.queryKey }),
  });
  const wrong = error ?? deletion.error;
  return (
    <>
      {wrong && <p role="alert">{wrong.message}</p>}
      {data?.length === 0 && <p className="comments-none">Nobody has commented on this trace.</p>}
      <ol>
        {(data ?? []).map(({ id, author, text, created }) => (
          <li key={id}>
            <header>
              <b>{author === "" ? "Somebody" : author}</b> <Age time={created} ago />
              {!isReader && (
                <Button
                  icon="close"
                  aria-label="Delete the comment"
                  onClick={() => deletion.mutate(id)}
                />
              )}
            </header>
            <p dir="auto">{text}</p>
          </li>
        ))}
      </ol>
    </>
  );
}

function CommentForm({ judged }: { judged: Judged }) {
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const adding = useMutation({
    mutationFn: () => addComment(judged, text),
    onSuccess: () => {
      setText("");
      const { queryKey } = commentsQuery(judged.project, judged.traceId);
      return queries.invalidateQueries({ queryKey });
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    adding.mutate();
  };
  return (
    <form onSubmit={submit}>
      <textarea
        aria-label="Comment"
        placeholder="Write a comment"
        rows={3}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {adding.error && <p role="alert">{adding.error.message}</p>}
      <Button variant="primary" type="submit" disabled={text.trim() === "" || adding.isPending}>
        Comment
      </Button>
    </form>
  );
}
