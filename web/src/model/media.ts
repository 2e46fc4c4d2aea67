/** Images and sounds of a message: shown only when the message itself holds their bytes. */

import type { MessagePart } from "./conversation";

type Media =
  | { type: "image" | "audio"; src: string }
  /** Somewhere else: nothing is fetched from there. */
  | { type: "link"; href: string }
  | { type: "unknown" };

const BYTES =
  /^data:(?:(?<image>image\/(?:png|jpe?g|gif|webp|avif|bmp))|audio\/[\w.+-]+);base64,[\w+/=\s-]*$/i;
/** Formats of sound by the names that providers use for them. */
const SOUNDS: Record<string, string> = { mp3: "audio/mpeg", wav: "audio/wav" };

/** What can be shown of a part. */
export function mediaOf(part: MessagePart): Media {
  const data = isRecord(part.data) ? part.data : {};
  const address = [data.uri, data.url, part.content].find(isText) ?? "";
  const content = [data.content, data.data].find(isText) ?? "";
  const type = mediaType(data, part.type);
  return shown(content === "" ? address : `data:${type};base64,${content}`);
}

/** An address as what it holds, or where it leads. */
function shown(address: string): Media {
  const bytes = BYTES.exec(address);
  if (bytes) return { type: bytes.groups?.image === undefined ? "audio" : "image", src: address };
  return /^https?:/i.test(address) ? { type: "link", href: address } : { type: "unknown" };
}

function mediaType(data: Record<string, unknown>, type: MessagePart["type"]): string {
  const named = [data.mime_type, data.media_type].find(isText);
  if (named !== undefined) return named;
  if (type === "audio") return SOUNDS[isText(data.format) ? data.format : ""] ?? "audio/wav";
  return "image/png";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
