/**
 * Shows a form on any page, at the place of its script tag:
 * `<script src="https://chat.example.com/forms/embed.js" data-form="contact" async></script>`.
 * The form stays a page of ours in a frame: neither styles nor scripts of the two pages meet.
 */
const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  const base = new URL(script.src).origin;
  const form = script.dataset.form ?? "contact";
  const frame = document.createElement("iframe");
  const language = script.dataset.lang ?? (navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en");
  frame.src = `${base}/forms/${encodeURIComponent(form)}?embed=1&lang=${language === "fr" ? "fr" : "en"}`;
  frame.title = script.dataset.title ?? (language === "fr" ? "Formulaire" : "Form");
  frame.loading = "lazy";
  Object.assign(frame.style, { width: "100%", height: "520px", border: "0", display: "block", colorScheme: "normal" });
  window.addEventListener("message", (event) => {
    if (event.origin !== base || event.source !== frame.contentWindow) return;
    const height = Number((event.data as { readonly height?: unknown } | null)?.height);
    if (height > 0 && height < 20_000) frame.style.height = `${height}px`;
  });
  script.after(frame);
}
