// Asks for two moments and for now through the cache that is named, with the settings of docs/clients.md, and
// prints what is in the cache then: `node caches.js apollo|graphcache|relay`, with IPP_URL, IPP_TOKEN,
// IPP_INPUT (of reviseTalent, as JSON), and IPP_THEN and IPP_LATER, the two moments.
import { readFile } from "node:fs/promises";
import { ApolloClient, HttpLink } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { buildSchema, introspectionFromSchema, parse } from "graphql";
import { commitMutation, createOperationDescriptor, fetchQuery } from "relay-runtime";
import * as onThePage from "./page/index.js";
import nowQuery from "./relay/__generated__/documentsNowQuery.graphql.js";
import momentsQuery from "./relay/__generated__/documentsMomentsQuery.graphql.js";
import reviseMutation from "./relay/__generated__/documentsReviseMutation.graphql.js";

const { IPP_URL, IPP_TOKEN, IPP_INPUT, IPP_THEN, IPP_LATER } = process.env;
const moments = { then: IPP_THEN, later: IPP_LATER };
const url = `${IPP_URL}/graphql`;
const headers = { "Content-Type": "application/json", Authorization: `Bearer ${IPP_TOKEN}` };
const sdl = await readFile(new URL("../../../gateway/schema.graphql", import.meta.url), "utf8");
const schema = introspectionFromSchema(buildSchema(sdl));
const [now, both, revise] = [nowQuery, momentsQuery, reviseMutation].map(({ params }) => params.text);

/** Each returns `ask` of the server, `kept`: what the cache answers alone, and `change`: a mutation. */
const caches = {
  apollo() {
    const client = new ApolloClient({
      cache: onThePage.apollo(schema),
      link: new HttpLink({ uri: url, headers }),
    });
    const asked = (fetchPolicy) => async (text, variables) =>
      (await client.query({ query: parse(text), variables, fetchPolicy })).data;
    return {
      ask: asked("network-only"),
      kept: asked("cache-only"),
      change: (text, variables) => client.mutate({ mutation: parse(text), variables }),
    };
  },
  graphcache() {
    const client = new Client({
      url,
      preferGetMethod: false,
      fetchOptions: { headers },
      exchanges: [onThePage.graphcache(schema), fetchExchange],
    });
    const asked = (requestPolicy) => async (text, variables) =>
      (await client.query(text, variables, { requestPolicy }).toPromise()).data;
    return {
      ask: asked("network-only"),
      kept: asked("cache-only"),
      change: (text, variables) => client.mutation(text, variables).toPromise(),
    };
  },
  relay() {
    const environment = onThePage.relay(async (request) => {
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(request) });
      return answer.json();
    });
    const nodes = { [now]: nowQuery, [both]: momentsQuery, [revise]: reviseMutation };
    const descriptor = (text, variables) => createOperationDescriptor(nodes[text], variables);
    return {
      async ask(text, variables) {
        environment.retain(descriptor(text, variables));
        return fetchQuery(environment, nodes[text], variables).toPromise();
      },
      kept: async (text, variables) => environment.lookup(descriptor(text, variables).fragment).data,
      change: (text, variables) =>
        new Promise((onCompleted, onError) =>
          commitMutation(environment, { mutation: nodes[text], variables, onCompleted, onError }),
        ),
    };
  },
};

const make = caches[process.argv[2]];
const said = {};
for (const [order, texts] of Object.entries({ nowFirst: [now, both], pastFirst: [both, now] })) {
  const { ask, kept } = make();
  for (const text of texts) await ask(text, text === both ? moments : {});
  said[order] = { ...(await kept(both, moments)).me, ...(await kept(now, {})).me };
}
const { ask, kept, change } = make();
await ask(now, {});
await ask(both, moments);
await change(revise, { input: JSON.parse(IPP_INPUT) });
said.changed = { ...(await kept(both, moments)).me, ...(await kept(now, {})).me };
console.log(JSON.stringify(said));
process.exit(0); // connections that are kept alive end here
