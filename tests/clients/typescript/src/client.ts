// urql with a cache, retries under the same commandId, and subscriptions over graphql-transport-ws.
import { setTimeout as pause } from "node:timers/promises";
import {
  Client,
  fetchExchange,
  subscriptionExchange,
  type OperationResult,
  type OperationResultSource,
} from "@urql/core";
import { retryExchange } from "@urql/exchange-retry";
import { createClient as createSocketClient } from "graphql-ws";
import { toAsyncIterable } from "wonka";
import WebSocket from "ws";
import { cache } from "./cache.js";
import {
  CapabilityReleasedDocument,
  PortfolioChangedDocument,
  type CapabilityReleasedSubscription,
  type PortfolioChangedSubscription,
} from "./generated/graphql.js";

const RETRY_DELAY_MS = 100;
const ATTEMPTS_MAX = 5;
const RECONNECT_DELAY_MS = 100;

export interface Access {
  /** Of the gateway, e.g. http://localhost:8000 */
  url: string;
  token: string;
  role: string;
  fetch?: typeof fetch;
  /** Called with each WebSocket once it is connected. */
  connected?: (socket: WebSocket) => void;
}

export function connect({ url, token, role, connected, fetch: given }: Access): Client {
  const headers = { Authorization: `Bearer ${token}`, "IPP-Role": role };
  const socket = createSocketClient({
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers,
    retryAttempts: 0, // asked again as it was, it would tell again what was seen; see `follow`
    on: { connected: (opened) => connected?.(opened as WebSocket) },
  });
  return new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    fetchOptions: { headers },
    ...(given && { fetch: given }),
    exchanges: [
      cache(),
      retryExchange({
        initialDelayMs: RETRY_DELAY_MS,
        maxNumberAttempts: ATTEMPTS_MAX,
        // neither here is a subscription asked again
        retryIf: (error, { kind }) => kind !== "subscription" && error.networkError !== undefined,
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = "", variables = {} }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
  });
}

export type Change = PortfolioChangedSubscription["portfolioChanged"];
export type Release = CapabilityReleasedSubscription["capabilityReleased"];

/** Each change of a portfolio once. */
export function changes(client: Client, after: string | null): AsyncGenerator<Change, void> {
  const ask = (after: string | null) => client.subscription(PortfolioChangedDocument, { after });
  return follow(ask, after, (data) => data.portfolioChanged, (change) => change.position);
}

/** Each release once, published or held. */
export function releases(client: Client, after: string | null): AsyncGenerator<Release, void> {
  const ask = (after: string | null) => client.subscription(CapabilityReleasedDocument, { after });
  return follow(ask, after, (data) => data.capabilityReleased, (release) => release.id);
}

/** Each event once, over as many connections as it takes: a new one goes on after the last one seen. */
async function* follow<Data, Event>(
  ask: (after: string | null) => OperationResultSource<OperationResult<Data>>,
  after: string | null,
  eventOf: (data: Data) => Event,
  placeOf: (event: Event) => string,
): AsyncGenerator<Event, void> {
  for (;;) {
    let cut = false;
    for await (const { data, error } of toAsyncIterable(ask(after))) {
      if (error?.graphQLErrors.length) throw error;
      if (error) {
        cut = true; // also when the token expired (4403): the next connection takes a new one
        break;
      }
      if (data) {
        const event = eventOf(data);
        after = placeOf(event);
        yield event;
      }
    }
    if (!cut) return; // ended by the gateway: the right to see it is gone
    await pause(RECONNECT_DELAY_MS);
  }
}
