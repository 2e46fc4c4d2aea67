import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../api/session";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Waiting } from "../ui/Waiting";
import { SignInForm } from "./SignInForm";
import { TokenForm } from "./TokenForm";
import "./SignIn.css";

interface SignInAgainProps {
  /** Takes the new session's CSRF token; what waited goes on. */
  onDone: (csrf: string) => void;
  onClose: () => void;
}

/** Over the page, which keeps what was typed: the session has ended, and a request waits for the next one. */
export function SignInAgain({ onDone, onClose }: SignInAgainProps) {
  const queries = useQueryClient();
  const [name] = useState(() => queries.getQueryData(meQuery.queryKey)?.name ?? "");
  // Under a key of its own: the page stays while nobody is signed in.
  const { data: now } = useQuery({
    ...meQuery,
    queryKey: ["me", "now"],
    staleTime: 0,
  });
  const goOn = async () => {
    const me = await queries.query({ ...meQuery, staleTime: 0 });
    onDone(me.csrf);
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
  };
  return (
    <Dialog label="Sign in again" onClose={onClose}>
      <div className="sign-in-again">
        <h2>The session has ended</h2>
        <p>Sign in again to go on where you were; nothing that you typed is lost.</p>
        {!now && <Waiting rows={2} />}
        {now?.mode === "accounts" && (
          <SignInForm csrf={now.csrf} initialName={name} onDone={() => void goOn()} />
        )}
        {now?.mode === "open" && (
          <TokenForm csrf={now.csrf} refused={null} onDone={() => void goOn()} />
        )}
        <Button onClick={onClose}>Not now</Button>
      </div>
    </Dialog>
  );
}
