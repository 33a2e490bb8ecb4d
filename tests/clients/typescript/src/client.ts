// urql with a cache, retries under the same commandId, and subscriptions over graphql-transport-ws.
import { setTimeout as pause } from "node:timers/promises";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { retryExchange } from "@urql/exchange-retry";
import { createClient as createSocketClient } from "graphql-ws";
import { toAsyncIterable } from "wonka";
import WebSocket from "ws";
import { cache } from "./cache.js";
import { PortfolioChangedDocument, type PortfolioChangedSubscription } from "./generated/graphql.js";

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
    retryAttempts: 0, // asked again as it was, it would tell again what was seen; see `changes`
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

/** Each change once, over as many connections as it takes: a new one goes on after the last change seen. */
export async function* changes(client: Client, after: string | null): AsyncGenerator<Change, void> {
  for (;;) {
    let cut = false;
    const results = client.subscription(PortfolioChangedDocument, { after });
    for await (const { data, error } of toAsyncIterable(results)) {
      if (error?.graphQLErrors.length) throw error;
      if (error) {
        cut = true;
        break;
      }
      if (data) {
        after = data.portfolioChanged.position;
        yield data.portfolioChanged;
      }
    }
    if (!cut) return; // ended by the gateway: the token expired, or the right to see it is gone
    await pause(RECONNECT_DELAY_MS);
  }
}
