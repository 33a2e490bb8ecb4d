// What can be asked: the schema as the gateway describes itself, with every description, and a field to find in it.
const SCHEMA_QUERY = `{ __schema { types { name kind description
  fields { name description type { ...T } args { name description defaultValue type { ...T } } }
  inputFields { name description type { ...T } }
  enumValues { name description } } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;
const FIRST = ["Query", "Mutation", "Subscription"];
const TYPE_ID = "type-";
let schemaShown = false;

function typeLink(type) {
  const [before, after] = typeName(type).split(innermost(type));
  const link = make("a", innermost(type));
  link.href = "#" + TYPE_ID + innermost(type);
  return [before, link, after];
}
function described(text) {
  const made = make("span", "", "described");
  (text || "").split("`").forEach((part, index) => made.append(index % 2 ? make("code", part) : part));
  return made;
}
function argumentItem({ name, type, defaultValue, description }) {
  const item = make("li"), code = make("code");
  code.append(name + ": ", ...typeLink(type), defaultValue === null ? "" : " = " + defaultValue);
  item.append(code, description ? described(description) : "");
  return item;
}
function fieldItem({ name, args, type, description }) {
  const item = make("li"), code = make("code", name);
  if (type) code.append(": ", ...typeLink(type));
  item.append(code, description ? described(description) : "");
  if (args?.length) {
    const list = make("ul");
    list.append(...args.map(argumentItem));
    item.append(list);
  }
  return item;
}
function typeBox(type) {
  const box = make("details"), list = make("ul");
  box.id = TYPE_ID + type.name;
  box.open = FIRST.includes(type.name);
  list.append(...(type.fields || type.inputFields || type.enumValues || []).map(fieldItem));
  box.append(make("summary", `${type.name} (${type.kind.toLowerCase().replaceAll("_", " ")})`), described(type.description), list);
  return box;
}
async function showSchema() {
  if (schemaShown || !at("schema-box").open) return;
  at("found").textContent = "Asking …";
  const answer = await ask({ query: SCHEMA_QUERY }, "application/json").then(got => got.json()).catch(() => null);
  if (!answer?.data?.__schema) {
    at("found").textContent = answer?.errors?.[0]?.message || "The gateway does not answer. Close this and open it again.";
    return;
  }
  const rank = name => (FIRST.indexOf(name) + 1) || FIRST.length + 1;
  const types = answer.data.__schema.types.filter(type => !type.name.startsWith("__"));
  types.sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
  at("schema").replaceChildren(...types.map(typeBox));
  schemaShown = true;
  find();
}
/** Show, opened, the types that hold the words: all of a type by its name, else the fields that hold them. */
function find() {
  const words = at("find").value.trim().toLowerCase();
  const holds = element => element.textContent.toLowerCase().includes(words);
  let count = 0;
  for (const box of at("schema").children) {
    const whole = holds(box.querySelector("summary"));
    box.hidden = !holds(box);
    box.open = words ? !box.hidden : FIRST.includes(box.id.slice(TYPE_ID.length));
    for (const item of box.querySelectorAll(":scope > ul > li")) item.hidden = !whole && !holds(item);
    count += box.hidden ? 0 : 1;
  }
  at("found").textContent = count === 1 ? "1 type." : `${count} types.`;
}
at("schema-box").addEventListener("toggle", showSchema);
at("find").addEventListener("input", find);
at("schema").addEventListener("click", event => {
  const box = event.target.hash && document.getElementById(event.target.hash.slice(1));
  if (!box) return;
  at("find").value = ""; // what it leads to may be hidden
  find();
  box.open = true;
});
