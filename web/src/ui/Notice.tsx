import type { ReactNode } from "react";
import "./Notice.css";

interface NoticeProps {
  title: string;
  tone?: "plain" | "error";
  children?: ReactNode;
}

/** What stands where there is nothing to show: what happened, and the next step. */
export function Notice({ title, tone = "plain", children }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role={tone === "error" ? "alert" : "status"}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}
