import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useEffectEvent, useState } from "react";
import { conversationsQuery } from "../../api/chat";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Segments";
import { Waiting } from "../../ui/Waiting";
import { ConversationRow } from "./ConversationRow";
import "./ConversationList.css";

const REST_MS = 250;

interface ConversationListProps {
  project: string;
  /** The one that is open. */
  openId: string | null;
  onNew: () => void;
  /** One was chosen. */
  onChosen: () => void;
}

/** The conversations of the project, the newest first. */
export function ConversationList({ project, openId, onNew, onChosen }: ConversationListProps) {
  const { words = "", archived } = useSearch({ from: "/p/$project/chat" });
  const navigate = useNavigate();
  const isArchived = archived === "on";
  const list = useInfiniteQuery(conversationsQuery(project, words, isArchived));
  const rows = list.data?.pages.flatMap(({ conversations }) => conversations) ?? [];
  const look = (part: { words?: string; archived?: string }) =>
    void navigate({ to: ".", search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <nav className="conversation-list" aria-label="Conversations">
      <header>
        <Button icon="add" variant="outlined" onClick={onNew}>
          New conversation
        </Button>
        <SearchField words={words} onWords={(text) => look({ words: text })} />
        <Segments
          label="Which conversations"
          choices={["", "on"]}
          chosen={isArchived ? "on" : ""}
          nameOf={(choice) => (choice === "" ? "Open" : "Archived")}
          onChoose={(choice) => look({ archived: choice })}
        />
      </header>
      {list.error && (
        <div className="conversation-list-note" role="alert">
          <p>The conversations could not be read. {list.error.message}</p>
          <Button variant="outlined" onClick={() => void list.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {list.isPending && <Waiting rows={6} />}
      {list.isSuccess && rows.length === 0 && (
        <p className="conversation-list-note">{emptyNote(words, isArchived)}</p>
      )}
      <ul>
        {rows.map((row) => (
          <ConversationRow
            key={row.id}
            project={project}
            row={row}
            isOpen={row.id === openId}
            onChosen={onChosen}
          />
        ))}
      </ul>
      {list.hasNextPage && (
        <Button disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          More
        </Button>
      )}
    </nav>
  );
}

function emptyNote(words: string, isArchived: boolean): string {
  if (words !== "") return "No conversation has these words.";
  return isArchived ? "None is archived." : "There is no conversation yet.";
}

interface SearchFieldProps {
  words: string;
  onWords: (words: string) => void;
}

function SearchField({ words, onWords }: SearchFieldProps) {
  const [text, setText] = useState(words);
  const tell = useEffectEvent((rested: string) => {
    if (rested !== words) onWords(rested);
  });
  useEffect(() => {
    const timer = setTimeout(() => tell(text.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      aria-label="Search conversations"
      placeholder="Search"
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
