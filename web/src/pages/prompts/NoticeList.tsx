import { useState } from "react";
import type { PromptNotice } from "../../api/prompts";
import { formatExact } from "../../model/format";
import { isWorse, noticeText } from "../../model/promptUse";
import { Button } from "../../ui/Button";
import "./NoticeList.css";

/** More would push the figures out of sight. */
const SHOWN = 5;

/** What versions changed much in their calls; of many the first few, until all are asked for. */
export function NoticeList({ notices }: { notices: readonly PromptNotice[] }) {
  const [isWhole, setWhole] = useState(false);
  if (notices.length === 0) return null;
  const shown = isWhole ? notices : notices.slice(0, SHOWN);
  return (
    <ul className="prompt-notices" aria-label="What changed in its calls">
      {shown.map((notice) => (
        <li key={`${notice.version} ${notice.measure}`} data-worse={isWorse(notice)}>
          {noticeText(notice)}
        </li>
      ))}
      {shown.length < notices.length && (
        <li>
          <Button onClick={() => setWhole(true)}>
            {formatExact(notices.length - SHOWN)} more of older versions
          </Button>
        </li>
      )}
    </ul>
  );
}
