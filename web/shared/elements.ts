// Makes elements of a page. Text is always set as text, so nothing that a person wrote becomes markup.

type Child = Node | string | null;
type Properties = Record<string, string | boolean | ((event: Event) => void)>;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child): child is Node | string => child !== null));
  return made;
}

export function show(container: Element, ...children: Child[]): void {
  container.replaceChildren(...children.filter((child): child is Node | string => child !== null));
}
