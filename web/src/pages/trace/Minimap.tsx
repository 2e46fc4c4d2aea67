import { type PointerEvent, useEffect, useRef, useState } from "react";
import { drawn, type TimeScale } from "../../model/gaps";
import { failed, type Kind, KINDS } from "../../model/kinds";
import { minimapRows } from "../../model/minimapRows";
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
    let stop: (() => void) | undefined;
    const observer = new ResizeObserver(() => {
      stop?.();
      stop = draw(element, tree, scale);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      stop?.();
    };
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

/** Spans drawn without a pause. */
const SLICE = 10_000;

/** Draws soon, a slice at a time so that nothing waits for it, unless it is stopped. */
function draw(canvas: HTMLCanvasElement, tree: Tree<TreeSpan>, scale: TimeScale): () => void {
  let timer = setTimeout(() => {
    const paint = painter(canvas, tree, scale);
    let at = 0;
    const slice = () => {
      const end = Math.min(at + SLICE, 2 * tree.spans.length);
      for (; at < end; at += 1) paint(at);
      if (at < 2 * tree.spans.length) timer = setTimeout(slice);
    };
    slice();
  });
  return () => clearTimeout(timer);
}

/**
 * Paints the spans at their positions, and those that failed once more at the positions behind, above the others. Of
 * very many that share a line, what covers no new pixel is not painted.
 */
function painter(canvas: HTMLCanvasElement, tree: Tree<TreeSpan>, scale: TimeScale) {
  const context = canvas.getContext("2d");
  const ratio = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(HEIGHT * ratio);
  canvas.width = width;
  canvas.height = height;
  const style = getComputedStyle(canvas);
  const colors = new Map(KINDS.map((kind) => [kind, style.getPropertyValue(`--kind-${kind}`)]));
  const colorOf = (kind: Kind) => colors.get(kind) ?? "";
  const error = style.getPropertyValue("--error");
  const { count: rows, rowOf, isDense } = minimapRows(tree, Math.floor(height / 2));
  const rowHeight = Math.min(height / rows, (isDense ? 5 : 3) * ratio);
  const paintedUntil = new Float64Array(rows);
  return (position: number) => {
    const at = position % tree.spans.length;
    const span = tree.spans[at];
    if (!span || !context || tree.endNs === 0) return;
    const row = rowOf(at);
    const left = (drawn(scale, span.start_offset_ns) / scale.endNs) * width;
    const right = Math.max((drawn(scale, endOf(tree, span)) / scale.endNs) * width, left + 1);
    if (position >= tree.spans.length) {
      if (!isDense || !failed(span.status)) return;
      context.fillStyle = error;
    } else {
      if (isDense && right <= (paintedUntil[row] ?? 0)) return;
      paintedUntil[row] = right;
      context.fillStyle = colorOf(span.kind);
    }
    context.fillRect(left, row * (height / rows), right - left, Math.max(rowHeight * 0.7, 1));
  };
}
