/** Files that go with a question: images, and texts that are read. */

/** What the server takes of an image. */
const MAX_IMAGE_BYTES = 10_000_000;
const MAX_TEXT_BYTES = 200_000;
export const MAX_ATTACHMENTS = 10;

const IMAGES: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

interface FileFacts {
  name: string;
  type: string;
  size: number;
}

type Intake = { kind: "image" } | { kind: "text" } | { kind: "refused"; why: string };

/** What becomes of a file; whether it is text is seen when it is read. */
export function intakeOf({ name, type, size }: FileFacts): Intake {
  if (IMAGES.includes(type)) {
    return size <= MAX_IMAGE_BYTES
      ? { kind: "image" }
      : { kind: "refused", why: `${name} is larger than 10 MB.` };
  }
  if (/^(image|audio|video)\//.test(type)) {
    return { kind: "refused", why: `${name} is ${type}; images are PNG, JPEG, WebP or GIF.` };
  }
  return size <= MAX_TEXT_BYTES
    ? { kind: "text" }
    : { kind: "refused", why: `${name} is larger than 200 kB; only texts up to that are sent.` };
}

/** Whether these bytes, read as text, were text. */
export function isText(read: string): boolean {
  return !read.includes("\u0000") && !read.includes("\uFFFD");
}

type Sent = { media_id: string; name: string } | { name: string; text: string };

export interface Attached {
  /** Of this page alone. */
  key: number;
  name: string;
  state: "reading" | "ready" | "failed";
  /** Of an image that the server has. */
  mediaId: string | null;
  /** Of a file of text. */
  text: string | null;
  /** Why it failed. */
  why: string;
}

/** What is sent of them; those that failed are not. */
export function sentOf(attached: readonly Attached[]): Sent[] {
  const ready = attached.filter(({ state }) => state === "ready");
  return sentAgain(ready.map(({ name, mediaId, text }) => ({ name, media_id: mediaId, text })));
}

interface Kept {
  name: string;
  media_id: string | null;
  text: string | null;
}

/** What was attached to a question, for another that takes its place. */
export function sentAgain(attachments: readonly Kept[]): Sent[] {
  return attachments.flatMap(({ name, media_id, text }): Sent[] => {
    if (media_id !== null) return [{ media_id, name }];
    return text === null ? [] : [{ name, text }];
  });
}
