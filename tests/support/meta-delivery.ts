import { createHmac } from "node:crypto";

/** Posts a webhook as Meta does: signed with the app's secret over these very bytes. */
export function postSigned(webhook: string, delivery: object, secret: string): Promise<Response> {
  const body = JSON.stringify(delivery);
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return fetch(webhook, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    body,
  });
}
