/** A conversation as a tree: what is shown of it is one path, and what lies beside each message of that. */

interface TreeMessage {
  id: string;
  /** Of the message that it answers or follows; null for the first. */
  parent: string | null;
}

export interface Step<Message> {
  message: Message;
  /** Which of its siblings it is, from one. */
  at: number;
  count: number;
  /** Of the sibling before and after; null at the ends. */
  before: string | null;
  after: string | null;
}

interface Tree<Message> {
  byId: ReadonlyMap<string, Message>;
  /** In the order in which they were said. */
  children: ReadonlyMap<string | null, readonly Message[]>;
}

/** Messages in the order in which they were said; whose parent is not there is a first one. */
function treeOf<Message extends TreeMessage>(messages: readonly Message[]): Tree<Message> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const children = new Map<string | null, Message[]>();
  for (const message of messages) {
    const parent = message.parent !== null && byId.has(message.parent) ? message.parent : null;
    const siblings = children.get(parent);
    if (siblings) siblings.push(message);
    else children.set(parent, [message]);
  }
  return { byId, children };
}

/**
 * The path that leads through a message: to it from the first, and on from it by the newest answers.
 * Without one, or when it is gone, the newest path.
 */
export function shownPath<Message extends TreeMessage>(
  messages: readonly Message[],
  through: string | null,
): Step<Message>[] {
  const tree = treeOf(messages);
  const path = pathTo(tree, through);
  let below = newestBelow(tree, path.at(-1));
  // A message comes after its parent, so that no circle can be; the count is for what is broken.
  while (below && path.length <= messages.length) {
    path.push(below);
    below = newestBelow(tree, below);
  }
  return path.map((message) => stepOf(tree, message));
}

function pathTo<Message extends TreeMessage>(
  { byId }: Tree<Message>,
  end: string | null,
): Message[] {
  const path: Message[] = [];
  let at = byId.get(end ?? "");
  while (at && path.length <= byId.size) {
    path.push(at);
    at = byId.get(at.parent ?? "");
  }
  return path.reverse();
}

function newestBelow<Message extends TreeMessage>(
  { children }: Tree<Message>,
  message: Message | undefined,
): Message | undefined {
  return children.get(message?.id ?? null)?.at(-1);
}

function stepOf<Message extends TreeMessage>(
  { byId, children }: Tree<Message>,
  message: Message,
): Step<Message> {
  const parent = message.parent !== null && byId.has(message.parent) ? message.parent : null;
  const siblings = children.get(parent) ?? [message];
  const at = siblings.indexOf(message);
  return {
    message,
    at: at + 1,
    count: siblings.length,
    before: siblings[at - 1]?.id ?? null,
    after: siblings[at + 1]?.id ?? null,
  };
}

/** The messages with these in place of those of the same id; new ones come last. */
export function withMessages<Message extends TreeMessage>(
  messages: readonly Message[],
  changed: readonly Message[],
): Message[] {
  const byId = new Map(changed.map((message) => [message.id, message]));
  const kept = messages.map((message) => {
    const now = byId.get(message.id);
    byId.delete(message.id);
    return now ?? message;
  });
  return [...kept, ...byId.values()];
}
