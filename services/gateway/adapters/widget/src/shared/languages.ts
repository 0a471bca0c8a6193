// The languages the widget itself is written in; what is said in it may be in any.

export const LANGUAGES = ["en", "es", "de", "fr", "pt", "ar"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The first of the language tags that the widget has, otherwise English. */
export function languageOf(...tags: readonly (string | null | undefined)[]): Language {
  const known = tags.map((tag) => LANGUAGES.find((language) => language === tag?.slice(0, 2).toLowerCase()));
  return known.find(Boolean) ?? "en";
}

export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/** Put values into the gaps of a text: `fill("Hello {name}", { name: "Ada" })`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}
