import type { InboundEventOf, Sender } from "../../../engine/core/domain/inbound-event.ts";
import type { InboundContent } from "../../../engine/core/domain/message.ts";
import { contentsOf } from "./contents.ts";
import type * as payload from "./payload.ts";

/** The page's own inbox: people of the business write there (C.1). */
const PAGE_INBOX = "263902037430900";
/** Our id of a send, as `render` plants it. */
const OUR_ID = /^eff_[\w-]{1,190}$/;

type Bare<E> = Omit<E, "accountId" | "at">;

/**
 * A message that the page sent. Ours bears our own id and proves that it arrived (C-6); one of our app without it is
 * some other program's; everything else was written by a person, or by a program that answers instead of us.
 */
export function echoOf(
  message: payload.Message,
  to: Sender,
  appId: string,
  inbox: string,
): Bare<InboundEventOf<"status">> | Bare<InboundEventOf<"echo">> {
  const { mid, metadata, app_id } = message;
  const dedupeKey = `echo:${mid}`;
  const ours = metadata && OUR_ID.test(metadata);
  if (ours || (appId !== "" && app_id === appId))
    return {
      type: "status",
      dedupeKey,
      externalId: mid,
      status: "sent",
      ...(ours ? { evidence: metadata } : {}),
    };
  const byProgram = app_id !== undefined && app_id !== null && app_id !== PAGE_INBOX;
  return {
    type: "echo",
    dedupeKey,
    externalId: mid,
    to,
    content: wordsFirst(contentsOf(message)),
    by: byProgram ? `app ${app_id}` : inbox,
    // Instagram gives our id back on some accounts only: without our app's id, the words decide.
    ...(byProgram && appId === "" ? { maybeOurs: true as const } : {}),
  };
}

function wordsFirst(contents: readonly InboundContent[]): InboundContent {
  return contents[0] ?? { type: "unsupported", what: "empty" };
}

/** Who holds the conversation after this event; null: it says nothing of that, or we do not know which app is ours. */
export function holderOf(
  event: payload.Event,
  appId: string,
): { readonly holder: "us" | "other"; readonly by: string } | null {
  const owner = (event.pass_thread_control ?? event.take_thread_control)?.new_owner_app_id;
  if (!owner || appId === "") return null;
  const by = owner === PAGE_INBOX ? "page inbox" : `app ${owner}`;
  return owner === appId ? { holder: "us", by: "conversation routing" } : { holder: "other", by };
}
