// Colours that can be read: WCAG 2.2 contrast of whatever colour a website chooses.

type Rgb = readonly [number, number, number];

export const TEXT_CONTRAST = 4.5;
// (L + 0.05) / 0.05 and 1.05 / (L + 0.05) are both above 4.5 here.
const MIDDLE = 0.18;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** The channels of `#rgb` or `#rrggbb`, null for anything else. */
export function parseColour(text: string): Rgb | null {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(text)?.[1];
  if (!digits) return null;
  const width = digits.length / 3;
  const channel = (place: number) => parseInt(digits.slice(place * width, (place + 1) * width).padEnd(2, digits[place]), 16);
  return [channel(0), channel(1), channel(2)];
}

/** From 1 (the same) to 21 (black on white); https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio. */
export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white: at this luminance both have the contrast of text, beyond it one of them has. */
export function inkOn(colour: Rgb): string {
  return luminance(colour) > MIDDLE ? "#000" : "#fff";
}

/** The colour, mixed with black or white only as far as it needs to stand out from the ground. */
export function readableOn(ground: Rgb, colour: Rgb, least = TEXT_CONTRAST): string {
  const towards = luminance(ground) > MIDDLE ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, towards, share);
    if (contrast(mixed, ground) >= least) return cssOf(mixed);
  }
  return cssOf(towards);
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(colour: Rgb, other: Rgb, share: number): Rgb {
  return colour.map((channel, place) => Math.round(channel + ((other[place] ?? 0) - channel) * share)) as unknown as Rgb;
}

function cssOf(colour: Rgb): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
