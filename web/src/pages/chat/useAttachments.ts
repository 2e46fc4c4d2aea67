import { useRef, useState } from "react";
import { uploadImage } from "../../api/chat";
import { type Attached, intakeOf, isText, MAX_ATTACHMENTS } from "../../model/attachments";
import { useSession } from "../useSession";

/** The files that go with the next question: images are sent to the server at once, texts are read. */
export function useAttachments(project: string) {
  const { csrf } = useSession();
  const [attached, setAttached] = useState<readonly Attached[]>([]);
  const keys = useRef(0);
  const set = (key: number, part: Partial<Attached>) =>
    setAttached((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)));

  const read = async (file: File, key: number) => {
    const intake = intakeOf(file);
    if (intake.kind === "refused") throw new Error(intake.why);
    if (intake.kind === "image") {
      const stored = await uploadImage(project, file, csrf);
      set(key, { state: "ready", mediaId: stored.media_id });
      return;
    }
    const text = await file.text();
    if (!isText(text)) throw new Error(`${file.name} is no text, and no image that is known.`);
    set(key, { state: "ready", text });
  };
  const add = (files: readonly File[]) => {
    for (const file of files.slice(0, MAX_ATTACHMENTS - attached.length)) {
      keys.current += 1;
      const key = keys.current;
      const one = { key, name: file.name, state: "reading", mediaId: null, text: null, why: "" };
      setAttached((before) => [...before, one as Attached]);
      read(file, key).catch((error: unknown) =>
        set(key, { state: "failed", why: error instanceof Error ? error.message : String(error) }),
      );
    }
  };
  return {
    attached,
    add,
    drop: (key: number) => setAttached((before) => before.filter((one) => one.key !== key)),
    clear: () => setAttached([]),
    isReading: attached.some(({ state }) => state === "reading"),
  };
}
