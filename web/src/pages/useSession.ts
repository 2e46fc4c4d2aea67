import { useQuery } from "@tanstack/react-query";
import { meQuery } from "../api/session";

interface Session {
  /** What this browser's writes carry. */
  csrf: string;
  /** Empty for the install's token, which has no account. */
  name: string;
  isAdmin: boolean;
  /** There is no account yet. */
  isOpen: boolean;
}

/** Who is signed in, and what they may do. */
export function useSession(): Session {
  const me = useQuery(meQuery).data;
  return {
    csrf: me?.csrf ?? "",
    name: me?.name ?? "",
    isAdmin: me?.role === "admin",
    isOpen: me?.mode === "open",
  };
}
