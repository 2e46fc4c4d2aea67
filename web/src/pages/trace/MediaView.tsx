import type { MessagePart } from "../../model/conversation";
import { mediaOf } from "../../model/media";
import { JsonTree } from "../../ui/JsonTree";
import "./MediaView.css";

/** An image or a sound that the message holds itself; one that lies elsewhere is a link, and is not fetched. */
export function MediaView({ part }: { part: MessagePart }) {
  const media = mediaOf(part);
  return (
    <div className="media">
      <span>{part.type}</span>
      <Shown part={part} media={media} />
    </div>
  );
}

function Shown({ part, media }: { part: MessagePart; media: ReturnType<typeof mediaOf> }) {
  switch (media.type) {
    case "image":
      return (
        <img src={media.src} alt={part.name === "" ? "From the message" : part.name} role="img" />
      );
    case "audio":
      return <audio controls preload="metadata" src={media.src} aria-label="Sound" />;
    case "link":
      return (
        <a href={media.href} target="_blank" rel="noopener noreferrer nofollow">
          {media.href}
        </a>
      );
    case "unknown":
      return <JsonTree value={part.data ?? part.content} open={1} />;
  }
}
