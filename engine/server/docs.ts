interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly summary: string;
            readonly description: string;
            readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
            readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
          }
        >
      >
    >
  >;
}

/** The API on one page, made from its own description: needs no script and nothing from the network. */
export function docsPage(description: unknown): string {
  const { paths } = description as Described;
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => {
      const parameters = one.parameters
        .map(
          (parameter) =>
            `<li><code>${text(parameter.name)}</code> in ${text(parameter.in)}${parameter.required ? ", required" : ""}</li>`,
        )
        .join("");
      const body = Object.entries(one.requestBody?.content ?? {})
        .map(([type, { schema }]) => `<p>Body (${text(type)})</p><pre>${text(JSON.stringify(schema, null, 2))}</pre>`)
        .join("");
      return `<section><h2><span>${method.toUpperCase()}</span> <code>${text(path)}</code></h2><p>${text(one.summary)}</p><p class="muted">${text(one.description)}</p>${parameters ? `<ul>${parameters}</ul>` : ""}${body}</section>`;
    }),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Relais API</title><style>
:root{color-scheme:light dark;--paper:#FBFAF7;--surface:#fff;--line:#E7E4DC;--ink:#1F2328;--muted:#5F646B;--brand:#0F7B6C}
@media (prefers-color-scheme:dark){:root{--paper:#14161A;--surface:#1C1F25;--line:#2C3038;--ink:#ECEDEE;--muted:#9AA0A8;--brand:#3CC2AE}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}main{max-width:820px;margin:0 auto;padding:32px 20px}
section{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:16px 20px;margin:16px 0}h2{font-size:16px;margin:0 0 8px}h2 span{color:var(--brand)}
.muted{color:var(--muted);font-size:14px}pre{overflow:auto;background:var(--paper);border-radius:8px;padding:12px;font-size:13px}a{color:var(--brand)}</style></head>
<body><main><h1>Relais API</h1><p>Send <code>Authorization: Bearer &lt;token&gt;</code>. The machine-readable description is <a href="/api/openapi.json">openapi.json</a>; <code>GET /api/events</code> streams changes (server-sent events).</p>${sections.join("")}</main></body></html>`;
}

function text(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
