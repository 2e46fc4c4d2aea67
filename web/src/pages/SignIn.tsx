import { useQueryClient } from "@tanstack/react-query";
import type { Me } from "../api/session";
import { CodeBlock } from "../ui/CodeBlock";
import { SignInForm } from "./SignInForm";
import { TokenForm } from "./TokenForm";
import "./SignIn.css";

interface SignInProps {
  me: Me;
  /** Why the token in the address was not taken. */
  refused: string | null;
}

/** Asks for a name and a password, or says how to get in while there is no account. */
export function SignIn({ me, refused }: SignInProps) {
  const queries = useQueryClient();
  const letIn = () => void queries.invalidateQueries();
  if (me.mode === "accounts") {
    return (
      <main className="sign-in">
        <h1>Sign in to Clearspan</h1>
        <SignInForm csrf={me.csrf} onDone={letIn} />
        <p>An admin makes accounts and sets forgotten passwords.</p>
      </main>
    );
  }
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
      <TokenForm csrf={me.csrf} refused={refused} onDone={letIn} />
    </main>
  );
}
