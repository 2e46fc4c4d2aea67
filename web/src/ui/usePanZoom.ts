import { useEffect, useEffectEvent, useRef } from "react";
import { type Camera, centred, fitted, type Frame, type Point, zoomed } from "../model/graphPlaces";

interface Size {
  width: number;
  height: number;
}

/** A pointer that moved less than this was a click. */
const STILL_PX = 4;
const STEP_PX = 80;
const ZOOM_STEP = 1.25;
const WHEEL_SHARE = 0.0015;

/**
 * A plane of a size that is moved and magnified in its view by mouse, touch and keys, without being drawn anew. With
 * another `subject` it is fitted anew, until somebody has moved it.
 */
export function usePanZoom(size: Size, subject: unknown) {
  const view = useRef<HTMLDivElement>(null);
  const plane = useRef<HTMLDivElement>(null);
  const camera = useRef<Camera>({ x: 0, y: 0, scale: 1 });
  const pointers = useRef(new Map<number, Point>());
  const isDragged = useRef(false);
  // Until somebody moves it, it fits.
  const isTouched = useRef(false);

  const apply = (next: Camera) => {
    camera.current = next;
    const { x, y, scale } = next;
    if (plane.current) plane.current.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  };
  const move = (next: Camera) => {
    isTouched.current = true;
    apply(next);
  };
  const box = () => view.current?.getBoundingClientRect() ?? new DOMRect();
  const fit = (isWhole: boolean) => apply(fitted(size, box(), isWhole));
  const zoomAt = (factor: number, x: number, y: number) => {
    const { left, top } = box();
    move(zoomed(camera.current, factor, { x: x - left, y: y - top }));
  };
  const zoom = (by: 1 | -1) => {
    const { left, top, width, height } = box();
    zoomAt(by > 0 ? ZOOM_STEP : 1 / ZOOM_STEP, left + width / 2, top + height / 2);
  };
  const pan = (x: number, y: number) =>
    move({ ...camera.current, x: camera.current.x + x, y: camera.current.y + y });

  const refit = useEffectEvent(() => {
    if (!isTouched.current) fit(false);
  });
  const wheel = useEffectEvent((event: WheelEvent) => {
    event.preventDefault();
    const { deltaX, deltaY, shiftKey } = event;
    if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) pan(-deltaX - (shiftKey ? deltaY : 0), 0);
    else zoomAt(Math.exp(-deltaY * WHEEL_SHARE), event.clientX, event.clientY);
  });
  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const observer = new ResizeObserver(() => refit());
    const onWheel = (event: WheelEvent) => wheel(event);
    observer.observe(element);
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, []);
  useEffect(() => refit(), [subject]);

  const onPointerMove = (event: React.PointerEvent<HTMLElement>) => {
    const before = pointers.current.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    if (!isDragged.current && Math.hypot(dx, dy) < STILL_PX) return;
    isDragged.current = true;
    // Not before: what is clicked would hear nothing of it.
    event.currentTarget.setPointerCapture(event.pointerId);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (!other) {
      pan(dx, dy);
      return;
    }
    const spread = (point: Point) => Math.hypot(point.x - other.x, point.y - other.y);
    zoomAt(spread(now) / Math.max(spread(before), 1), (now.x + other.x) / 2, (now.y + other.y) / 2);
    pan(dx / 2, dy / 2);
  };
  const onPointerUp = (event: React.PointerEvent) => pointers.current.delete(event.pointerId);
  const keys: Record<string, () => void> = {
    ArrowLeft: () => pan(STEP_PX, 0),
    ArrowRight: () => pan(-STEP_PX, 0),
    ArrowUp: () => pan(0, STEP_PX),
    ArrowDown: () => pan(0, -STEP_PX),
    "+": () => zoom(1),
    "=": () => zoom(1),
    "-": () => zoom(-1),
    "0": () => fit(true),
  };
  return {
    view,
    plane,
    zoom,
    fit: () => {
      isTouched.current = true;
      fit(true);
    },
    centre: (frame: Frame) => move(centred(camera.current, frame, box())),
    /** Into the view, where it is not. */
    reveal: (element: Element) => {
      const [inner, outer] = [element.getBoundingClientRect(), box()];
      const dx = Math.max(outer.left - inner.left, 0) - Math.max(inner.right - outer.right, 0);
      const dy = Math.max(outer.top - inner.top, 0) - Math.max(inner.bottom - outer.bottom, 0);
      if (dx !== 0 || dy !== 0) pan(dx, dy);
    },
    handlers: {
      onPointerDown: (event: React.PointerEvent) => {
        if (event.button !== 0) return;
        if (pointers.current.size === 0) isDragged.current = false;
        pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      },
      onPointerMove,
      onPointerUp,
      onPointerCancel: onPointerUp,
      onPointerLeave: (event: React.PointerEvent<HTMLElement>) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) onPointerUp(event);
      },
      onClickCapture: (event: React.MouseEvent) => {
        if (isDragged.current) event.stopPropagation();
        isDragged.current = false;
      },
      onKeyDown: (event: React.KeyboardEvent) => {
        const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
        if (!act) return;
        event.preventDefault();
        act();
      },
    },
  };
}
