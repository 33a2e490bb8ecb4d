// Does what a person does on two screens, and prints one line of JSON for each step: `node dist/main.js`
// with IPP_URL and IPP_TOKEN of a professional who has a portfolio with a talent.
import { randomUUID } from "node:crypto";
import type { Client } from "@urql/core";
import type WebSocket from "ws";
import { changes, connect } from "./client.js";
import {
  ClaimTalentDocument,
  ReviseTalentDocument,
  type ClaimTalentInput,
  type ReviseTalentInput,
  type TalentFragment,
} from "./generated/graphql.js";
import { Screen } from "./screen.js";
import { Wire } from "./wire.js";

function say(step: string, told: object): void {
  console.log(JSON.stringify({ step, ...told }));
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

async function revise(client: Client, input: Omit<ReviseTalentInput, "commandId">) {
  const given = { input: { commandId: randomUUID(), ...input } };
  const { data, error } = await client.mutation(ReviseTalentDocument, given);
  if (!data) throw error ?? new Error("There was no answer.");
  return data.reviseTalent.command;
}

async function claim(client: Client, input: ClaimTalentInput) {
  const { data, error } = await client.mutation(ClaimTalentDocument, { input });
  if (!data) throw error ?? new Error("There was no answer.");
  return data.claimTalent;
}

/** Another strength than the one that is shown, everything else as it is. */
function otherwise({ id: talentId, strength, energy, use, story }: TalentFragment) {
  return { talentId, strength: (strength % 5) + 1, energy, use, story };
}

const access = { url: setting("IPP_URL"), token: setting("IPP_TOKEN"), role: "PROFESSIONAL" };
const wire = new Wire();
const sockets: WebSocket[] = [];
const mine = connect({ ...access, fetch: wire.fetch, connected: (socket) => sockets.push(socket) });
const elsewhere = connect(access); // the same person on another device
const screen = new Screen(mine);

async function reads(): Promise<string> {
  const { version, talents } = await screen.until("a talent", ({ talents }) => talents.length > 0);
  say("read", { name: screen.name, version, talents: talents.map(({ name }) => name.nl) });
  return talents[0]!.id;
}

async function isShownBeforeTheAnswer(talent: string): Promise<void> {
  const before = screen.talent(talent).strength;
  const input = otherwise(screen.talent(talent));
  const release = wire.hold();
  let answered = false;
  const answer = revise(mine, input).finally(() => (answered = true));
  await screen.until("the new strength", () => screen.talent(talent).strength === input.strength);
  const early = { strength: screen.talent(talent).strength, version: screen.portfolio.version, answered };
  release();
  const { outcome, version } = await answer;
  const after = { strength: screen.talent(talent).strength, version: screen.portfolio.version };
  say("optimistic", { talent, before, asked: input.strength, early, outcome, version, after });
}

async function isTakenOffWhenRefused(talent: string): Promise<void> {
  const before = screen.talent(talent);
  const release = wire.hold();
  const answer = revise(mine, { ...otherwise(before), energy: 99 });
  await screen.until("what will be refused", () => screen.talent(talent).energy === 99);
  const early = screen.talent(talent).energy;
  release();
  const { outcome, refusals } = await answer;
  const { energy, strength } = screen.talent(talent);
  const backAgain = energy === before.energy && strength === before.strength;
  say("refused", { early, outcome, refusals, backAgain });
}

async function happensOnceWhenTheAnswerIsLost(): Promise<void> {
  const { version } = await screen.load();
  const words = `Opnieuw proberen ${randomUUID()}`;
  const input = { commandId: randomUUID(), name: { ownWords: words }, strength: 3, energy: 1, use: 2 };
  const before = wire.requests;
  wire.loseNextAnswer();
  const first = await claim(mine, input);
  const sent = wire.requests - before;
  const again = await claim(elsewhere, input);
  const { talents, version: now } = await screen.load(first.command.position);
  const same = JSON.stringify(first.command) === JSON.stringify(again.command);
  const times = talents.filter(({ name }) => name.nl === words).length;
  say("once", { words, sent, outcome: first.command.outcome, same, times, versions: now - version });
}

async function seesWhatChangedMeanwhile(talent: string): Promise<string> {
  const { version: seen } = await screen.load();
  const theirs = await revise(elsewhere, otherwise(screen.talent(talent)));
  const before = screen.talent(talent);
  const input = { ...otherwise(before), story: `Van twee kanten ${randomUUID()}`, expectedVersion: seen };
  const release = wire.hold();
  const answer = revise(mine, input);
  await screen.until("the new story", () => screen.talent(talent).story === input.story);
  release();
  const refused = await answer;
  const rolledBack = screen.talent(talent).story === before.story;
  const now = await screen.load(theirs.position);
  const accepted = await revise(mine, { ...input, expectedVersion: now.version });
  const { story } = screen.talent(talent);
  say("conflict", { seen, theirs: theirs.version, refused, rolledBack, accepted, story });
  if (!accepted.position) throw new Error("An accepted command has a position.");
  return accepted.position;
}

async function followsOverACutConnection(talent: string, after: string): Promise<void> {
  const told = changes(mine, after);
  const next = async () => (await told.next()).value?.version;
  const story = () => `Voor wie meekijkt ${randomUUID()}`;
  const change = async () => {
    const { version } = await revise(elsewhere, { ...otherwise(screen.talent(talent)), story: story() });
    return version;
  };
  const made = [await change()];
  const heard = [await next()];
  made.push(await change()); // on its way, or not, when the connection is cut
  const closed = new Promise((resolve) => sockets[0]!.once("close", resolve));
  sockets[0]!.terminate();
  await closed;
  made.push(await change(), await change()); // while nobody listens
  heard.push(await next(), await next(), await next());
  made.push(await change()); // live again
  heard.push(await next());
  await told.return();
  say("followed", { made, heard, connections: sockets.length });
}

const talent = await reads();
await isShownBeforeTheAnswer(talent);
await isTakenOffWhenRefused(talent);
await happensOnceWhenTheAnswerIsLost();
await followsOverACutConnection(talent, await seesWhatChangedMeanwhile(talent));
say("done", {});
process.exit(0); // what still listens ends here
