import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { ApiError } from "../api/client";
import { signIn } from "../api/session";
import { Button } from "../ui/Button";
import { CodeBlock } from "../ui/CodeBlock";
import "./SignIn.css";

interface SignInProps {
  csrf: string;
  /** Why the token in the address was not taken. */
  refused: string | null;
}

/** Says how to get in: the command that opens the page, or the token itself. */
export function SignIn({ csrf, refused }: SignInProps) {
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(refused);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    signIn(token.trim(), csrf).then(
      () => void queries.invalidateQueries(),
      (error: unknown) => setProblem(error instanceof ApiError ? error.message : String(error)),
    );
  };

  return (
    <main className="sign-in">
      <h1>Open Clearspan</h1>
      <p>
        What is recorded here is readable with the token of this install only. This command opens
        the page with it:
      </p>
      <CodeBlock code="clearspan open" />
      <p>
        Or paste the content of the file <code>token</code> in the data folder (
        <code>~/.clearspan</code> unless you chose another).
      </p>
      <form onSubmit={submit}>
        <input
          type="password"
          aria-label="Token"
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <Button type="submit" variant="primary" disabled={token.trim() === ""}>
          Open
        </Button>
      </form>
      {problem !== null && <p role="alert">{problem}</p>}
    </main>
  );
}
