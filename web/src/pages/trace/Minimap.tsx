import { type PointerEvent, useEffect, useRef, useState } from "react";
import { drawn, type TimeScale } from "../../model/gaps";
import { KINDS } from "../../model/kinds";
import { place, type TimeWindow } from "../../model/timeAxis";
import { endOf, type Tree, type TreeSpan } from "../../model/tree";
import { useTheme } from "../../ui/useTheme";
import "./Minimap.css";

interface MinimapProps {
  tree: Tree<TreeSpan>;
  scale: TimeScale;
  /** What the timeline shows, in drawn time. */
  window: TimeWindow;
  onZoom: (window: TimeWindow | null) => void;
}

const HEIGHT = 26;
/** A brush narrower than this was a click. */
const LEAST_SHARE = 0.01;

/** The whole trace at a glance: drag to zoom into a stretch of time, click to see all of it again. */
export function Minimap({ tree, scale, window, onZoom }: MinimapProps) {
  const full = { startNs: 0, endNs: scale.endNs };
  const canvas = useRef<HTMLCanvasElement>(null);
  const [theme] = useTheme();
  const [brush, setBrush] = useState<[from: number, to: number] | null>(null);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => draw(element, tree, scale));
    observer.observe(element);
    return () => observer.disconnect();
  }, [tree, scale, theme]);

  const shareAt = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - left) / width, 0), 1);
  };
  const finish = () => {
    if (!brush) return;
    const [low, high] = [Math.min(...brush), Math.max(...brush)];
    onZoom(
      high - low < LEAST_SHARE ? null : { startNs: low * full.endNs, endNs: high * full.endNs },
    );
    setBrush(null);
  };
  const shown = brush ?? [place(full, window.startNs), place(full, window.endNs)];
  const isWhole = brush === null && window.startNs === full.startNs && window.endNs === full.endNs;

  return (
    <div
      className="minimap"
      title="Drag to zoom, click for the whole trace"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setBrush([shareAt(event), shareAt(event)]);
      }}
      onPointerMove={(event) => {
        if (brush) setBrush([brush[0], shareAt(event)]);
      }}
      onPointerUp={finish}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {!isWhole && (
        <i
          style={{
            left: `${Math.min(...shown) * 100}%`,
            width: `${Math.abs(shown[1] - shown[0]) * 100}%`,
          }}
        />
      )}
    </div>
  );
}

/** One line a span, squeezed into the height; a pixel that is taken is not painted again. */
function draw(canvas: HTMLCanvasElement, tree: Tree<TreeSpan>, scale: TimeScale): void {
  const context = canvas.getContext("2d");
  if (!context || tree.endNs === 0) return;
  const ratio = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(HEIGHT * ratio);
  canvas.width = width;
  canvas.height = height;
  const style = getComputedStyle(canvas);
  const colors = Object.fromEntries(
    KINDS.map((kind) => [kind, style.getPropertyValue(`--kind-${kind}`)]),
  );
  const rows = Math.min(tree.spans.length, Math.floor(height / 2));
  const rowHeight = Math.min(height / rows, 3 * ratio);
  const paintedUntil = new Float64Array(rows);
  tree.spans.forEach((span, at) => {
    const row = Math.floor((at / tree.spans.length) * rows);
    const left = (drawn(scale, span.start_offset_ns) / scale.endNs) * width;
    const right = Math.max((drawn(scale, endOf(tree, span)) / scale.endNs) * width, left + 1);
    if (right <= (paintedUntil[row] ?? 0) && tree.spans.length > rows * 4) return;
    paintedUntil[row] = right;
    context.fillStyle = colors[span.kind] ?? "";
    context.fillRect(left, row * (height / rows), right - left, Math.max(rowHeight * 0.7, 1));
  });
}
