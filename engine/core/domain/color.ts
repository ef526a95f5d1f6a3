/** Colours as owners choose them, `#rrggbb`, made readable by the rules of WCAG 2.2 (contrast of relative luminance). */

type Rgb = readonly [number, number, number];

function rgbOf(color: string): Rgb {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hexOf(rgb: Rgb): string {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}

function luminance(color: string): number {
  const [r, g, b] = rgbOf(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 (the same) to 21 (black on white). */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** White or nearly black: what can be read on this colour. */
export function inkOn(color: string): string {
  const dark = "#0b1a17";
  return contrast("#ffffff", color) >= 4.5 || contrast("#ffffff", color) >= contrast(dark, color) ? "#ffffff" : dark;
}

/** The colour itself, or as little nearer to black or white as it takes to be read on this ground. */
export function readableOn(color: string, ground: string, least = 4.5): string {
  const towards = rgbOf(luminance(ground) > 0.18 ? "#000000" : "#ffffff");
  const from = rgbOf(color);
  for (let step = 0; step <= 20; step++) {
    const mixed = hexOf(
      from.map((part, index) => part + (((towards[index] ?? 0) - part) * step) / 20) as unknown as Rgb,
    );
    if (contrast(mixed, ground) >= least) return mixed;
  }
  return hexOf(towards);
}

/** The grounds of our own light and dark pages. */
const LIGHT = "#ffffff";
const DARK = "#1c1f25";

/** What follows from one colour on light and on dark pages: fills with the text on them, and text of that colour. */
export function accentOf(
  color: string,
): Readonly<Record<"light" | "dark", { readonly fill: string; readonly onFill: string; readonly text: string }>> {
  // A fill of 4.5 against its own text, and of 3 against the page.
  const fill = (ground: string): { readonly fill: string; readonly onFill: string } => {
    const seen = readableOn(color, ground, 3);
    const onFill = inkOn(seen);
    return { fill: readableOn(seen, onFill), onFill };
  };
  return {
    light: { ...fill(LIGHT), text: readableOn(color, LIGHT, 4.8) },
    dark: { ...fill(DARK), text: readableOn(color, DARK, 4.8) },
  };
}
