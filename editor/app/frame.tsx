import { useQueryClient } from "@tanstack/react-query";
import { Suspense, useEffect, useState } from "react";
import { Outlet } from "react-router";
import { useSession } from "../session/session.ts";
import { SignIn } from "../session/sign-in.tsx";
import { Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { BottomBar } from "./bottom-bar.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { FrameCommands } from "./frame-commands.tsx";
import { startLive } from "./live.ts";
import { Rail } from "./rail.tsx";
import { TopBar } from "./top-bar.tsx";
import { appWords } from "./words.ts";

/** What stands around every screen; who is not signed in sees the door instead, at the same address. */
export function Frame() {
  const session = useSession();
  const [wasIn, setWasIn] = useState(session !== null);
  useEffect(() => {
    if (session) setWasIn(true);
  }, [session]);
  return session ? <SignedIn /> : <SignIn ended={wasIn} />;
}

function SignedIn() {
  const t = useWords(appWords);
  const queries = useQueryClient();
  const [searching, setSearching] = useState(false);
  useEffect(() => startLive(queries), [queries]);
  useEffect(() => {
    const open = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      setSearching((now) => !now);
    };
    window.addEventListener("keydown", open);
    return () => window.removeEventListener("keydown", open);
  }, []);
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-surface px-4 py-2 text-brand shadow-float focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t("skip")}
      </a>
      <Rail />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <TopBar onSearch={() => setSearching(true)} />
        <main id="content" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
          <Suspense fallback={<ScreenSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <BottomBar />
      <FrameCommands />
      <CommandPalette open={searching} onClose={() => setSearching(false)} />
    </div>
  );
}

export function ScreenSkeleton() {
  return (
    <div className="mx-auto flex max-w-5xl flex-col gap-4 p-6" aria-busy>
      <Skeleton className="h-8 w-56" />
      {["a", "b", "c", "d"].map((key) => (
        <Skeleton key={key} className="h-20 w-full rounded-lg" />
      ))}
    </div>
  );
}

export function FrameSkeleton() {
  const t = useWords(appWords);
  return (
    <div className="flex h-dvh" role="status" aria-label={t("loading")}>
      <div className="hidden w-20 border-r border-line bg-surface md:block" />
      <div className="flex-1">
        <div className="h-14 border-b border-line bg-surface" />
        <ScreenSkeleton />
      </div>
    </div>
  );
}
