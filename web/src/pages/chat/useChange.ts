import { useMutation, useQueryClient } from "@tanstack/react-query";
import { changeConversation, conversationKey } from "../../api/chat";
import { useSession } from "../useSession";

/** Changes a conversation, and what is known of it. */
export function useChange(project: string, id: string) {
  const queries = useQueryClient();
  const { csrf } = useSession();
  return useMutation({
    mutationFn: (change: Parameters<typeof changeConversation>[2]) =>
      changeConversation(project, id, change, csrf),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["conversations", project] });
      void queries.invalidateQueries({ queryKey: conversationKey(project, id) });
    },
  });
}
