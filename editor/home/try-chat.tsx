import { useEffect, useRef } from "react";
import { createChatView } from "../chat/view.ts";
import "../chat/chat.css";

/** The web chat itself, as a visitor sees it. */
export function TryChat() {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = createChatView({ base: "" });
    frame.current?.append(view.element);
    return () => view.remove();
  }, []);
  return (
    <div
      ref={frame}
      className="h-[min(40rem,calc(100dvh-10rem))] overflow-hidden rounded-lg border border-line bg-surface"
    />
  );
}
