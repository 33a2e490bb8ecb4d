// The query page's screen: what is chosen, sent and shown.
const at = id => document.getElementById(id);
const sent = new Map();
const kept = new KeptTexts();
const OWN = "(whose token is below)";
let running = null;
let tokensAsked = 0;
let needed = "";

function make(tag, text, className) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}
function say(text, bad) { at("status").textContent = text; at("status").className = bad ? "bad" : ""; }
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 15 | 64; bytes[8] = bytes[8] & 63 | 128;
  const hex = [...bytes].map(b => b.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
const typed = () => ({ query: at("query").value, variables: at("variables").value });
function put({ query, variables }) { at("query").value = query; at("variables").value = variables; }

async function choosePerson() {
  const name = at("person").value;
  if (name === OWN) return;
  at("role").value = people[name];
  showNeeded();
  const mine = ++tokensAsked;
  try {
    const answer = await fetch("/dev/token?as=" + encodeURIComponent(name));
    if (!answer.ok) throw new Error(String(answer.status));
    const token = (await answer.json()).access_token;
    if (mine !== tokensAsked) return; // somebody else was chosen meanwhile
    at("token").value = token;
    say(`You are ${name}, in the role ${at("role").value}.`);
  } catch {
    if (mine !== tokensAsked) return;
    at("token").value = ""; // rather nobody than the one before
    say("No token could be fetched; paste one under Token.", true);
  }
}
function pasteToken() { tokensAsked += 1; at("person").value = OWN; }

/** An example leaves who you are as it is; it only says for which role it was made. */
function chooseExample() {
  const [, role, query, variables] = examples[at("example").selectedIndex];
  const halfAYearAgo = new Date(Date.now() - 182 * 24 * 3600 * 1000).toISOString();
  const before = kept.count;
  put(kept.keep(typed(), { query, variables: variables.replace("HALF-A-YEAR-AGO", halfAYearAgo) }));
  say(kept.count > before ? "What you typed is kept: you can go back to it." : "");
  needed = role;
  showNeeded();
  showKept();
}
function showNeeded() {
  const other = needed && needed !== at("role").value;
  at("for-role").hidden = !other;
  if (!other) return;
  const holder = Object.keys(people).find(name => people[name] === needed);
  at("for-role-text").textContent = `This example is for the role ${needed}; you act as ${at("role").value}.`;
  at("become").textContent = `Be ${holder}, in the role ${needed}`;
  at("become").onclick = () => { at("person").value = holder; at("run").focus(); return choosePerson(); };
}
function showKept() {
  at("back").hidden = kept.count === 0;
  at("back").textContent = kept.count > 1 ? `Back to what I typed (${kept.count})` : "Back to what I typed";
}
function goBack() {
  put(kept.back(typed()));
  needed = "";
  at("example").selectedIndex = -1; // it is none of them now
  showNeeded();
  showKept();
  if (at("back").hidden) at("query").focus();
}

async function ask(body, accept, signal) {
  const headers = { "Content-Type": "application/json", "Accept": accept, "IPP-Role": at("role").value };
  const token = at("token").value.trim();
  if (token) headers["Authorization"] = "Bearer " + token;
  return fetch(location.pathname, { method: "POST", headers, body: JSON.stringify(body), signal });
}
const pretty = text => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };
const read = text => { try { return JSON.parse(text); } catch { return null; } };

function showOutcomes(answer) {
  const found = outcomesOf(answer);
  at("outcomes").replaceChildren(...found.map(({ kind, name, at: where, reasons }) => {
    const item = make("li", "", kind), [sign, meaning] = MEANINGS[kind], why = make("ul");
    const mark = make("span", sign, "sign");
    mark.setAttribute("aria-hidden", "true");
    item.append(mark, make("span", name, "name"), where ? ` ${where}: ` : ": ", make("span", meaning, "meaning"));
    why.append(...reasons.map(reason => make("li", reason)));
    if (reasons.length) item.append(why);
    return item;
  }));
  return found;
}
async function watch(answer) {
  say("Watching. The newest change is at the top.");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    rest += value;
    const parts = rest.split("\r\n\r\n"); rest = parts.pop();
    for (const part of parts) {
      const data = part.split("\r\n").find(line => line.startsWith("data: {"));
      if (!data) continue;
      if (showOutcomes(read(data.slice(6))).length) say("The gateway refused this.", true);
      at("answer").textContent = pretty(data.slice(6)) + "\n\n" + at("answer").textContent;
    }
  }
  say("The stream has ended.");
}

function taken() {
  const before = typed();
  const who = subjectOf(at("token").value.trim());
  const made = toSend(before.query, before.variables, who, sent, newId);
  const after = { query: made.query, variables: made.variablesText };
  kept.filledIn(before, after);
  put(after);
  return made;
}
async function run(event) {
  event?.preventDefault();
  running?.abort();
  let made;
  try { made = taken(); }
  catch (error) { say("The variables are no JSON: " + error.message, true); at("variables").focus(); return; }
  const stream = isSubscription(made.query), mine = running = new AbortController();
  at("answer").textContent = ""; showOutcomes(null); at("stop").hidden = !stream; say("Asking …");
  const begun = performance.now();
  try {
    const accept = stream ? "text/event-stream" : "application/graphql-response+json";
    const answer = await ask({ query: made.query, variables: made.variables }, accept, mine.signal);
    if (stream && answer.ok) { await watch(answer); return; }
    const text = await answer.text();
    at("answer").textContent = pretty(text);
    const found = showOutcomes(read(text));
    if (event && innerWidth < 960) at("answer-name").scrollIntoView();
    const ended = [...new Set(found.map(({ name }) => name))].join(", ");
    const id = made.renewed ? " It differs from what was sent before, so it got a new commandId."
      : made.retried ? " It is what was sent before, so it was a retry with the same commandId." : "";
    const bad = !answer.ok || found.some(({ kind }) => kind === "ERROR" || kind === "FORBIDDEN");
    say(`${ended ? ended + ". " : ""}Answered in ${Math.round(performance.now() - begun)} ms, HTTP ${answer.status}.${id}`, bad);
  } catch (error) {
    if (running !== mine) return; // the next one speaks now
    say(error.name === "AbortError" ? "Stopped." : "The gateway does not answer. Run it again: a command is then retried.", error.name !== "AbortError");
  } finally { if (running === mine) at("stop").hidden = true; }
}

Object.keys(people).concat(OWN).forEach(name => at("person").add(new Option(name, name)));
roles.forEach(name => at("role").add(new Option(name, name)));
examples.forEach(([title]) => at("example").add(new Option(title, title)));
at("form").addEventListener("submit", run);
at("person").addEventListener("change", choosePerson);
at("role").addEventListener("change", showNeeded);
at("token").addEventListener("input", pasteToken);
at("example").addEventListener("change", chooseExample);
at("back").addEventListener("click", goBack);
at("stop").addEventListener("click", () => running?.abort());
for (const id of ["query", "variables"]) {
  at(id).addEventListener("keydown", event => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run(event); });
}
chooseExample();
choosePerson().then(() => run());
