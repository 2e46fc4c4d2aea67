import type { PromptFigures } from "../../api/prompts";
import { barsOf, figureOf } from "../../model/promptUse";
import "./VersionBars.css";

const HEIGHT = 44;
/** Of a bar and the gap behind it. */
const STEP = 10;
const BAR = 8;
/** A value that is not zero is seen. */
const LEAST = 1.5;

interface VersionBarsProps {
  name: string;
  measure: Parameters<typeof barsOf>[0];
  versions: readonly PromptFigures[];
}

/** A measure of each version as a bar, the newest at the right, whose figure stands above. */
export function VersionBars({ name, measure, versions }: VersionBarsProps) {
  const bars = barsOf(measure, versions);
  const newest = versions.at(-1);
  const told = bars.map((bar) => bar.told).join(", ");
  return (
    <figure className="version-bars" aria-label={`${name} by version`}>
      <figcaption>
        {name}
        <b className="number">{newest ? figureOf(measure, newest[measure]) : "–"}</b>
      </figcaption>
      <svg
        width={bars.length * STEP}
        height={HEIGHT}
        role="img"
        aria-label={told}
        data-bad={measure === "error_rate"}
      >
        <line x1="0" x2={bars.length * STEP} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        {bars.map(({ version, height, told: title }, at) =>
          height === null ? null : (
            <rect
              key={version}
              x={at * STEP}
              y={HEIGHT - heightOf(height)}
              width={BAR}
              height={heightOf(height)}
              data-newest={at === bars.length - 1}
            >
              <title>{title}</title>
            </rect>
          ),
        )}
      </svg>
    </figure>
  );
}

function heightOf(part: number): number {
  return part === 0 ? 0 : Math.max(LEAST, part * (HEIGHT - 2));
}
