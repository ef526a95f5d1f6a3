/** A line of Twilio's log. */
export interface Logged {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly direction: "inbound" | "outbound-api";
  readonly status: string;
  readonly errorCode: number | null;
  readonly at: number;
  readonly files: readonly { readonly sid: string; readonly mimeType: string; readonly bytes: Uint8Array }[];
}

/** One page of the log as Twilio lists it, the newest first. `most`: lines of a page. */
export function page(log: readonly Logged[], base: string, query: URLSearchParams, most: number): object {
  const since = query.get("DateSent>");
  if (since !== null && !/^\d{4}-\d\d-\d\d$/.test(since)) return { messages: [], next_page_uri: null };
  const wanted = log.filter(
    (one) =>
      (query.get("To") ?? one.to) === one.to &&
      (query.get("From") ?? one.from) === one.from &&
      (since === null || one.at >= Date.parse(since)),
  );
  const size = Math.min(Number(query.get("PageSize") ?? "50"), most);
  const number = Number(query.get("Page") ?? "0");
  const newest = wanted.toReversed();
  const next = new URLSearchParams(query);
  next.set("Page", String(number + 1));
  next.set("PageToken", `PA${number + 1}`);
  const more = (number + 1) * size < newest.length;
  return {
    messages: newest.slice(number * size, (number + 1) * size).map((one) => ({
      sid: one.sid,
      account_sid: base.split("/").at(-1),
      messaging_service_sid: null,
      from: one.from,
      to: one.to,
      body: one.body,
      direction: one.direction,
      status: one.status,
      error_code: one.errorCode,
      error_message: null,
      num_media: String(one.files.length),
      num_segments: "1",
      date_created: dateOf(one.at),
      date_sent: dateOf(one.at),
      date_updated: dateOf(one.at),
      uri: `${base}/Messages/${one.sid}.json`,
    })),
    page: number,
    page_size: size,
    next_page_uri: more ? `${base}/Messages.json?${next}` : null,
  };
}

/** RFC 2822, in whole seconds. */
function dateOf(at: number): string {
  return new Date(at).toUTCString().replace("GMT", "+0000");
}
