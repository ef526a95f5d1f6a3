/** Fills in forms as a browser does: first the form with its token, then the answers, not faster than a person. */

export interface FormAnswer {
  readonly accepted?: boolean;
  readonly error?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly answerBy?: string | null;
  readonly promise?: string;
  readonly token?: string;
}

const OLD_ENOUGH_MS = 1050;

/** A token that is old enough to be used. */
export async function tokenOf(url: string, form = "contact"): Promise<string> {
  const response = await fetch(`${url}/forms/${form}`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the form answered ${response.status}`);
  const { token } = (await response.json()) as { readonly token: string };
  await new Promise((done) => setTimeout(done, OLD_ENOUGH_MS));
  return token;
}

export async function fillIn(
  url: string,
  values: Readonly<Record<string, unknown>>,
  options: {
    readonly form?: string;
    readonly token?: string;
    readonly language?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ readonly status: number; readonly body: FormAnswer }> {
  const { form = "contact", language = "fr", headers = {} } = options;
  const token = options.token ?? (await tokenOf(url, form));
  const response = await fetch(`${url}/forms/${form}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ token, language, values }),
  });
  return { status: response.status, body: (await response.json()) as FormAnswer };
}
