/** What went round in a trace: calls that led back to their caller, and steps that took turns. */

/** A ring of nodes, by index or by id. */
interface LoopOf<Node> {
  /** `calls` lead back to the first; `steps` of one caller return to the first again and again. */
  type: "calls" | "steps";
  nodes: Node[];
  rounds: number;
}

export type GraphLoop = LoopOf<string>;

/** A call that is inside of another of the same node. */
export interface Path {
  /** Position of the span that called. */
  from: number;
  /** Index of the node that was called. */
  node: number;
}

interface Walk {
  nodeAt: Int32Array;
  /** The position of the span that called the one at a position, -1 for none. */
  above: (position: number) => number;
}

/** A longer way round has no name that anybody would read; … */
const LONGEST = 12;
/** … and what comes back after so many others is no loop, but a long list. */
const MOST_OTHERS = 24;
const LEAST_ROUNDS = 2;

/** The rings of calls; each is counted where it comes back to the node that was called first. */
export function recursions(paths: readonly Path[], walk: Walk): LoopOf<number>[] {
  const found = new Map<string, LoopOf<number>>();
  for (const { from, node } of paths) {
    const ring = ringOf(from, node, walk);
    if (ring?.[0] !== Math.min(...(ring ?? []))) continue;
    const key = ring.join();
    const loop = found.get(key);
    if (loop) loop.rounds += 1;
    else found.set(key, { type: "calls", nodes: ring, rounds: 1 });
  }
  return [...found.values()];
}

/** From the nearest call of the node above down to the caller; null where it is too far. */
function ringOf(from: number, node: number, { nodeAt, above }: Walk): number[] | null {
  const ring: number[] = [];
  for (let at = from; at >= 0 && ring.length < LONGEST; at = above(at)) {
    const index = nodeAt[at] ?? -1;
    ring.push(index);
    if (index === node) return ring.reverse();
  }
  return null;
}

/** What the steps of each caller returned to, with what was between; of all callers together. */
export function roundsOf(callers: Iterable<readonly number[]>): LoopOf<number>[] {
  const found = new Map<number, { rounds: number; others: Set<number> }>();
  for (const steps of callers) {
    const hub = mostFrequent(steps);
    if (hub === undefined) continue;
    const { rounds, others } = roundsFrom(hub, steps);
    if (rounds < LEAST_ROUNDS || others.size > MOST_OTHERS) continue;
    const loop = found.get(hub) ?? { rounds: 0, others: new Set() };
    loop.rounds += rounds;
    for (const other of others) loop.others.add(other);
    found.set(hub, loop);
  }
  return Array.from(found, ([hub, { rounds, others }]) => ({
    type: "steps",
    nodes: [hub, ...others],
    rounds,
  }));
}

/** The one that was there most often, at least twice; of several the first. */
function mostFrequent(steps: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const step of steps) counts.set(step, (counts.get(step) ?? 0) + 1);
  let [best, most] = [undefined as number | undefined, 1];
  for (const [step, count] of counts) if (count > most) [best, most] = [step, count];
  return best;
}

/** How often others followed it, and which it came back from: what follows at last may be something else. */
function roundsFrom(hub: number, steps: readonly number[]) {
  const [first, last] = [steps.indexOf(hub), steps.lastIndexOf(hub)];
  const others = new Set<number>();
  let rounds = 0;
  for (let at = first + 1; at < last; at += 1) {
    const step = steps[at] ?? hub;
    if (step === hub) continue;
    others.add(step);
    if (steps[at - 1] === hub) rounds += 1;
  }
  if (others.has(steps[last + 1] ?? hub)) rounds += 1;
  return { rounds, others };
}

/** The ring in words: `planner ↔ search ×14`. */
export function loopName({ type, nodes, rounds }: GraphLoop, nameOf: (id: string) => string) {
  const [first = "", ...others] = nodes.map(nameOf);
  const times = `×${rounds}`;
  if (others.length === 0) return `${first} calls itself ${times}`;
  if (others.length === 1) return `${first} ↔ ${others[0] ?? ""} ${times}`;
  if (type === "calls") return `${[first, ...others, first].join(" → ")} ${times}`;
  const named = others.length > MOST_NAMES ? `${others.length} others` : others.join(", ");
  return `${first} ↔ ${named} ${times}`;
}

const MOST_NAMES = 3;
