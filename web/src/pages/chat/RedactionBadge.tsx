import * as Popover from "@radix-ui/react-popover";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { redactionTryQuery } from "../../api/redaction";
import { describeCounts, pieces, typeName } from "../../model/redaction";
import { Icon } from "../../ui/Icon";
import { useSession } from "../useSession";
import "../shell/Menu.css";
import "./RedactionBadge.css";

const REST_MS = 450;
/** What the server looks at in one try. */
const MAX_TRIED = 65_536;

/** What will be masked in what is kept of this text; the model itself gets it as it is written. */
export function RedactionBadge({ project, text }: { project: string; text: string }) {
  const { csrf } = useSession();
  const tried = useRested(text.slice(0, MAX_TRIED));
  const { data } = useQuery({
    ...redactionTryQuery(project, tried, csrf),
    enabled: tried.trim() !== "",
    placeholderData: (before) => before,
  });
  const found = tried.trim() === "" ? "" : describeCounts(data?.counts ?? {});
  if (!data || found === "") return null;
  const count = Object.values(data.counts).reduce((sum, one) => sum + one, 0);
  return (
    <Popover.Root>
      <Popover.Trigger
        className="button redaction-badge"
        aria-label={`Masked in the record: ${found}`}
      >
        <Icon name="shield" />
        <span className="cut">{count} masked</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="menu redaction-menu"
          align="start"
          side="top"
          sideOffset={4}
          aria-label="What is masked"
        >
          <p>
            <b>{found}</b>: kept and recorded without. The model gets the text as it is written,
            this once; later turns go to it as they are kept.
          </p>
          <pre>
            {pieces(data.text).map((piece, at) =>
              piece.type === "" ? (
                piece.text
              ) : (
                <mark key={at} title={typeName(piece.type)}>
                  {piece.text}
                </mark>
              ),
            )}
          </pre>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** The text once it has not changed for a moment. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}
