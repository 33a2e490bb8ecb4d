// The language of the page: the one that was chosen here before, else the browser's, else Dutch.

export type Language = "nl" | "en";
export type LocalText = Record<Language, string>;

const KEPT_AS = "ipp-language";

export function firstLanguage(): Language {
  const kept = read();
  if (kept === "nl" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("en") ? "en" : "nl";
}

export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEPT_AS, language);
  } catch {
    // Storage is off: the page works without.
  }
}

export function otherLanguage(language: Language): Language {
  return language === "nl" ? "en" : "nl";
}

/** A moment as weekday, date and hour, in the organisation's time zone. */
export function moment(at: string, language: Language): string {
  const zone = document.documentElement.dataset["zone"] || "Europe/Amsterdam";
  return new Intl.DateTimeFormat(language === "nl" ? "nl-NL" : "en-GB", {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  }).format(new Date(at));
}

function read(): string | null {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}
