// What the query page decides without its screen. Tests run it in Node, so nothing here touches the document.
const NEW_ID = "NEW-ID";
const MEANINGS = {
  ACCEPTED: ["✓", "It happened, and is kept for good."],
  REFUSED: ["✕", "Nothing was changed. The reasons are below."],
  UNSETTLED: ["?", "Not known yet, which is no failure. Run it again unchanged: that is a retry, and happens once."],
  FORBIDDEN: ["⊘", "The role you act in may not do this. Choose another role above."],
  ERROR: ["!", "The gateway could not answer this."],
};

/** JSON that is the same for equal values, whatever the order of their fields. */
function canonical(value) {
  const sorted = (_, part) => part && typeof part === "object" && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : part;
  return JSON.stringify(value, sorted);
}

const TOKEN = /"""[^]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[\s,]+|[{}()]|[^\s,{}()"#]+|"/g;

/** What a document does: its operations and root fields with their arguments. What it asks back is left out. */
function whatItDoes(query) {
  let braces = 0, parentheses = 0, fragment = false;
  const kept = [];
  for (const token of query.match(TOKEN) || []) {
    if (/^[\s,#]/.test(token)) continue;
    if (braces === 0 && parentheses === 0) fragment = token === "fragment" || (fragment && token !== "}");
    if (token === "(") parentheses += 1;
    const inArguments = parentheses > 0;
    if (token === ")") parentheses -= 1;
    if (token === "{" && !inArguments) braces += 1;
    if (braces < 2 && !fragment) kept.push(token);
    if (token === "}" && !inArguments) {
      braces -= 1;
      if (braces === 0) fragment = false;
    }
  }
  return kept.join(" ");
}

function holdersOf(value, found = []) {
  if (value && typeof value === "object") {
    if (typeof value.commandId === "string") found.push(value);
    Object.values(value).forEach(part => holdersOf(part, found));
  }
  return found;
}

/** Each id of a command that is about to be sent, with what would make it another command. */
function commandsIn(query, variables, who) {
  const literals = [...query.matchAll(/\bcommandId\s*:\s*"([^"\n]*)"/g)].map(match => match[1]);
  const named = [...query.matchAll(/\bcommandId\s*:\s*\$(\w+)/g)].map(match => match[1])
    .filter(name => typeof variables[name] === "string");
  const does = whatItDoes(query.replace(/(\bcommandId\s*:\s*)"[^"\n]*"/g, '$1""'));
  const others = Object.fromEntries(Object.entries(variables).filter(([name]) => !named.includes(name)));
  const whole = canonical([who, does, others]);
  const found = new Map();
  const add = (id, what) => found.set(id, (found.get(id) || "") + what);
  literals.forEach(id => add(id, whole));
  named.forEach(name => add(variables[name], whole));
  holdersOf(variables).forEach(holder => add(holder.commandId, canonical([who, does, { ...holder, commandId: "" }])));
  return found;
}

/**
 * What to send: a command that was changed since its id was sent gets a new id, an unchanged one keeps it, which
 * makes it a retry. `sent` remembers ids, and what they were sent with. Throws SyntaxError for variables that are no JSON.
 */
function toSend(query, variablesText, who, sent, newId) {
  const everyOwn = text => text.replaceAll(`"${NEW_ID}"`, () => `"${newId()}"`);
  query = everyOwn(query);
  variablesText = everyOwn(variablesText);
  const read = () => JSON.parse(variablesText.trim() || "{}") || {};
  let renewed = 0, retried = 0;
  for (const [id, what] of commandsIn(query, read(), who)) {
    if (!sent.has(id)) continue;
    if (sent.get(id) === what) { retried += 1; continue; }
    const fresh = newId();
    query = query.replaceAll(`"${id}"`, `"${fresh}"`);
    variablesText = variablesText.replaceAll(`"${id}"`, `"${fresh}"`);
    renewed += 1;
  }
  const variables = read();
  for (const [id, what] of commandsIn(query, variables, who)) sent.set(id, what);
  return { query, variablesText, variables, renewed, retried };
}

/** Whether the document's operation is a subscription; words in comments and texts don't count. */
function isSubscription(query) {
  return /^subscription\b|[}] subscription\b/.test(whatItDoes(query));
}

/** What to show above an answer: how each command ended, and each error. */
function outcomesOf(answer) {
  const found = [];
  const look = (value, path) => {
    if (!value || typeof value !== "object") return;
    if (typeof value.outcome === "string" && value.outcome in MEANINGS) {
      const reasons = (value.refusals || []).map(reasonOf);
      found.push({ kind: value.outcome, name: value.outcome, at: path[0] || "", reasons });
    }
    Object.entries(value).forEach(([name, part]) => look(part, [...path, name]));
  };
  look(answer && answer.data, []);
  for (const error of (answer && answer.errors) || []) {
    const name = (error.extensions && error.extensions.code) || "ERROR";
    const kind = name === "FORBIDDEN" ? name : "ERROR";
    found.push({ kind, name, at: (error.path || []).join("."), reasons: [error.message || ""] });
  }
  return found;
}

function reasonOf({ code, field, message }) {
  const words = (message && (message.en || message.nl)) || "";
  const where = field && field.length ? field.join(".") + ":" : "";
  return [where, words, code && `(${code})`].filter(Boolean).join(" ");
}

/** Texts that were typed and then replaced by an example; none is lost, and each can be gone back to. */
class KeptTexts {
  #kept = [];
  #placed = canonical({ query: "", variables: "" });

  get count() { return this.#kept.length; }

  /** Remember what is there now, unless it is an example as it was placed. */
  keep(now, text) {
    if (canonical(now) !== this.#placed && (now.query + now.variables).trim()) this.#kept.push(now);
    this.#placed = canonical(text);
    return text;
  }

  /** Ids were put into the text, which doesn't make it one that somebody typed. */
  filledIn(before, after) {
    if (canonical(before) === this.#placed) this.#placed = canonical(after);
  }

  /** Give the text kept last; what is typed now takes its turn behind the others. */
  back(now) {
    const text = this.#kept.pop();
    if (canonical(now) !== this.#placed) this.#kept.unshift(now);
    this.#placed = "";
    return text;
  }
}

/** The subject of a token, to know one person from another; the token itself where it can't be read. */
function subjectOf(token) {
  try { return String(JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"))).sub); }
  catch { return token; }
}

function typeName(type) {
  if (type.kind === "NON_NULL") return typeName(type.ofType) + "!";
  if (type.kind === "LIST") return "[" + typeName(type.ofType) + "]";
  return type.name;
}

function innermost(type) { return type.ofType ? innermost(type.ofType) : type.name; }
