import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { PromptVersionHead } from "../../api/prompts";
import { Age } from "../../ui/Age";
import { LabelChip } from "./LabelChip";
import "./VersionList.css";

interface VersionListProps {
  /** The newest first. */
  versions: readonly PromptVersionHead[];
  /** Null where it is not among them. */
  shown: number | null;
}

/** The history of a prompt: Tab reaches the version that is shown, arrow keys the others. */
export function VersionList({ versions, shown }: VersionListProps) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView({ block: "nearest" });
  }, [shown]);
  return (
    <nav className="version-list" aria-label="Versions" ref={nav} onKeyDown={step}>
      <ul>
        {versions.map((one, at) => (
          <li key={one.version}>
            <Version
              head={one}
              isShown={one.version === shown}
              isReached={one.version === shown || (shown === null && at === 0)}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

interface VersionProps {
  head: PromptVersionHead;
  isShown: boolean;
  /** By Tab. */
  isReached: boolean;
}

function Version({ head, isShown, isReached }: VersionProps) {
  const { version, labels, message, author, created } = head;
  return (
    <Link
      to="."
      search={({ with: _, ...search }) => ({ ...search, version: String(version) })}
      // It is current where its own address is shown, and what is shown without a number is told below.
      activeOptions={{ exact: true, includeSearch: true }}
      className="version"
      aria-current={isShown ? "page" : undefined}
      tabIndex={isReached ? 0 : -1}
    >
      <span className="version-line">
        <b className="number">{version}</b>
        <span className="version-labels">
          {labels.map((label) => (
            <LabelChip key={label} label={label} />
          ))}
        </span>
        <span className="version-age">
          <Age time={created} ago />
        </span>
      </span>
      <span className="version-said cut" title={message}>
        {[author, message].filter((text) => text !== "").join(" · ")}
      </span>
    </Link>
  );
}

function step(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.findIndex((link) => link === document.activeElement);
  links[Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}
