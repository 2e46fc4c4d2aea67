import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ask, conversationKey, createConversation, type SentAttachment } from "../../api/chat";
import { providersQuery } from "../../api/providers";
import { firstChoice, type ModelChoice } from "../../model/modelChoice";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Waiting } from "../../ui/Waiting";
import { useSession } from "../useSession";
import { ChatSettings, type Settings } from "./ChatSettings";
import { Composer } from "./Composer";
import { succeeds } from "./succeeds";
import { Suggestions } from "./Suggestions";

const BEGINNING: Settings = { system: "", parameters: {}, context: { kind: "all", count: 0 } };

interface NewConversationProps {
  project: string;
  /** Which model was chosen last. */
  lastChoice: ModelChoice | null;
  onChoose: (choice: ModelChoice) => void;
}

interface First {
  text: string;
  attachments: SentAttachment[];
  choice: ModelChoice;
}

/** A conversation before its first question: nothing is kept of it yet. */
export function NewConversation({ project, lastChoice, onChoose }: NewConversationProps) {
  const [settings, setSettings] = useState(BEGINNING);
  const [areSettingsOpen, setSettingsOpen] = useState(false);
  const { data: providers = [] } = useQuery(providersQuery);
  const choice = firstChoice(providers, lastChoice);
  const begin = useBeginning(project, settings);
  const send = (text: string, attachments: SentAttachment[]) =>
    choice ? succeeds(begin.mutateAsync({ text, attachments, choice })) : Promise.resolve(false);
  return (
    <>
      <Beginning
        isBusy={begin.isPending || choice === null}
        onAsk={(text) => void send(text, [])}
      />
      {begin.error && (
        <p className="chat-problem" role="alert">
          {begin.error.message}
        </p>
      )}
      {areSettingsOpen && (
        <ChatSettings
          settings={settings}
          onChange={(part) => setSettings({ ...settings, ...part })}
        />
      )}
      <Composer
        project={project}
        choice={choice}
        onChoose={onChoose}
        onSend={send}
        onStop={null}
        isSending={begin.isPending}
        areSettingsOpen={areSettingsOpen}
        onSettings={() => setSettingsOpen(!areSettingsOpen)}
      />
    </>
  );
}

interface BeginningProps {
  isBusy: boolean;
  onAsk: (text: string) => void;
}

/** What can be asked, once it is known who can be asked. */
function Beginning(props: BeginningProps) {
  const providers = useQuery(providersQuery);
  if (providers.error) {
    return (
      <div className="chat-beginning">
        <Notice title="The providers could not be read" tone="error">
          <p>{providers.error.message}</p>
          <Button variant="outlined" onClick={() => void providers.refetch()}>
            Try again
          </Button>
        </Notice>
      </div>
    );
  }
  return providers.data ? (
    <Suggestions {...props} />
  ) : (
    <div className="chat-beginning">
      <Waiting rows={4} />
    </div>
  );
}

/** Creates it with its first question, and leads to it. */
function useBeginning(project: string, settings: Settings) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { csrf } = useSession();
  return useMutation({
    mutationFn: async ({ text, attachments, choice }: First) => {
      const made = await createConversation(project, { title: "", ...settings, ...choice }, csrf);
      const first = { text, attachments, parent: null, ...choice };
      const { question, answer } = await ask(project, made.id, first, csrf);
      return { ...made, messages: [question, answer], leaf: answer.id };
    },
    onSuccess: (made) => {
      queries.setQueryData(conversationKey(project, made.id), made);
      void queries.invalidateQueries({ queryKey: ["conversations", project] });
      void navigate({
        to: "/p/$project/chat/$conversationId",
        params: { project, conversationId: made.id },
        search: (before) => ({ ...before, archived: "" }),
      });
    },
  });
}
