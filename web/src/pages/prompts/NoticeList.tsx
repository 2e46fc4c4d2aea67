import type { PromptNotice } from "../../api/prompts";
import { isWorse, noticeText } from "../../model/promptUse";
import "./NoticeList.css";

/** What versions changed much in their calls. */
export function NoticeList({ notices }: { notices: readonly PromptNotice[] }) {
  if (notices.length === 0) return null;
  return (
    <ul className="prompt-notices" aria-label="What changed in its calls">
      {notices.map((notice) => (
        <li key={`${notice.version} ${notice.measure}`} data-worse={isWorse(notice)}>
          {noticeText(notice)}
        </li>
      ))}
    </ul>
  );
}
