// The pictures of an easy lens: a face for each answer. The word beside it says the same, so readers skip the picture.

const FACES: Record<string, string> = {
  "5": "M20 40c6 8 18 8 24 0",
  "3": "M20 42h24",
  "1": "M20 46c6-8 18-8 24 0",
  "?": "M26 24c0-8 12-8 12 0 0 6-6 5-6 12m0 8v2",
};

export function face(answer: string): SVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(namespace, "svg");
  picture.setAttribute("viewBox", "0 0 64 64");
  picture.setAttribute("aria-hidden", "true");
  const eyes = answer === "?" ? "" : "M24 26v4M40 26v4";
  const lines = ["M32 4a28 28 0 1 0 .1 0", eyes, FACES[answer] ?? ""];
  for (const line of lines.filter(Boolean)) {
    const path = document.createElementNS(namespace, "path");
    path.setAttribute("d", line);
    picture.append(path);
  }
  return picture;
}
