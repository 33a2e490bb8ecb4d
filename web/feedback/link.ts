// The code of an invitation, from the page's address or as somebody types it.
//
// Mail programs change links: some write # as %23, so that the code is in the path; some cut it off, and then the
// page asks for the code that is in the mail as well.

const CODE = /^[0-9A-HJKMNP-TV-Z]{16}$/;
export const PAGE = "/feedback";

/** The 16 characters of a code, in whatever way it is written; null when it is none. */
export function readCode(written: string): string | null {
  const code = written
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");
  return CODE.test(code) ? code : null;
}

/** A code as people read it: four groups of four. */
export function writeCode(code: string): string {
  return code.replace(/(.{4})(?=.)/g, "$1-");
}

/** The code in the address; null when there is none. A code in the path moves to the fragment. */
export function codeOfAddress(location: Location, history: History): string | null {
  const inPath = decoded(location.pathname).slice(PAGE.length).replace(/^[/#]+/, "");
  const written = decoded(location.hash).replace(/^#+/, "") || inPath;
  // Some mail programs add more behind it.
  const code = readCode(written.match(/^[0-9a-z]{4}([-\s]?[0-9a-z]{4}){3}/i)?.[0] ?? "");
  if (code) history.replaceState(null, "", `${PAGE}#${writeCode(code)}`);
  return code;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return text;
  }
}
