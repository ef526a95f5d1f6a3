/** A session that nobody uses ends after this time; however much it is used, after the second one. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
export const SESSION_MS = 30 * 86_400_000;

/** Under https the name itself makes browsers refuse the cookie from anywhere but this very host. */
export function cookieName(publicUrl: string): string {
  return publicUrl.startsWith("https:") ? "__Host-relais" : "relais";
}

/** Hands a browser its key. Scripts never see it, and no other site can make the browser send it along. */
export function sessionCookie(publicUrl: string, token: string, maxAgeMs: number): string {
  const secure = publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${cookieName(publicUrl)}=${token}; Path=/; Max-Age=${Math.floor(maxAgeMs / 1000)}; HttpOnly; SameSite=Lax${secure}`;
}

/** Takes the key out of the browser. */
export function noCookie(publicUrl: string): string {
  return sessionCookie(publicUrl, "", 0);
}
