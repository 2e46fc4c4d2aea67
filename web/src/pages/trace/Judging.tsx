import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { bookmark, judge } from "../../api/judgements";
import { meQuery } from "../../api/session";
import type { TraceRow } from "../../api/traces";
import { Button } from "../../ui/Button";
import { Comments } from "./Comments";
import "./Judging.css";

interface JudgingProps {
  project: string;
  trace: TraceRow;
}

/** Thumbs, bookmark and comments. A viewer sees them and changes nothing. */
export function Judging({ project, trace }: JudgingProps) {
  const me = useQuery(meQuery);
  // A score is listed a moment after it was taken: until then what was clicked is shown.
  const [thumbs, setThumbs] = useState<1 | -1 | null>(thumbsOf(trace));
  const [isMarked, setMarked] = useState(trace.bookmarked);
  const judged = { project, traceId: trace.trace_id, csrf: me.data?.csrf ?? "" };
  const judging = useMutation({
    mutationFn: (next: 1 | -1 | null) => judge(judged, next),
    onError: () => setThumbs(thumbsOf(trace)),
  });
  const marking = useMutation({
    mutationFn: (isOn: boolean) => bookmark(judged, isOn),
    onError: () => setMarked(trace.bookmarked),
  });
  const isReader = me.data?.role === "viewer";
  const click = (value: 1 | -1) => {
    const next = thumbs === value ? null : value;
    setThumbs(next);
    judging.mutate(next);
  };
  const mark = () => {
    setMarked(!isMarked);
    marking.mutate(!isMarked);
  };
  const error = judging.error ?? marking.error;
  return (
    <div className="judging">
      {error && (
        <span className="judging-error" role="alert">
          {error.message}
        </span>
      )}
      <Button
        icon="thumb"
        aria-label="Good answer"
        aria-pressed={thumbs === 1}
        disabled={isReader}
        onClick={() => click(1)}
      />
      <Button
        icon="thumb"
        className="judging-down"
        aria-label="Bad answer"
        aria-pressed={thumbs === -1}
        disabled={isReader}
        onClick={() => click(-1)}
      />
      <Button
        icon="bookmark"
        aria-label="Bookmark"
        aria-pressed={isMarked}
        disabled={isReader}
        onClick={mark}
      />
      <Comments judged={judged} count={trace.comments} isReader={isReader} />
    </div>
  );
}

function thumbsOf({ scores }: TraceRow): 1 | -1 | null {
  if (scores.thumbs === 1) return 1;
  return scores.thumbs === -1 ? -1 : null;
}
