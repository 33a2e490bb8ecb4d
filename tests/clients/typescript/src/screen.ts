// A screen that shows the portfolio, and everything that it ever showed.
import type { Client } from "@urql/core";
import { MyPortfolioDocument, type MyPortfolioQuery, type TalentFragment } from "./generated/graphql.js";

const WAIT_MS_MAX = 20_000;
type Me = NonNullable<MyPortfolioQuery["me"]>;
export type Portfolio = NonNullable<Me["portfolio"]>;

export class Screen {
  name = "";
  #shown: Portfolio | undefined;
  #watchers = new Set<() => void>();
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    client.query(MyPortfolioDocument, {}).subscribe(({ data }) => {
      if (!data?.me?.portfolio) return;
      this.name = data.me.displayName;
      this.#shown = data.me.portfolio;
      for (const watcher of [...this.#watchers]) watcher();
    });
  }

  get portfolio(): Portfolio {
    if (!this.#shown) throw new Error("The screen shows nothing yet.");
    return this.#shown;
  }

  talent(id: string): TalentFragment {
    const talent = this.portfolio.talents.find((one) => one.id === id);
    if (!talent) throw new Error(`The screen shows no talent ${id}.`);
    return talent;
  }

  /** Loads it anew, at least as new as `position`; what is on the screen follows. */
  async load(position?: string | null): Promise<Portfolio> {
    const variables = position ? { waitFor: [position] } : {};
    const { data, error } = await this.#client
      .query(MyPortfolioDocument, variables, { requestPolicy: "network-only" })
      .toPromise();
    if (!data?.me?.portfolio) throw error ?? new Error("There is no portfolio.");
    return data.me.portfolio;
  }

  /** Waits until the screen shows what `fits`. */
  async until(what: string, fits: (portfolio: Portfolio) => boolean): Promise<Portfolio> {
    return await new Promise((resolve, reject) => {
      const look = () => {
        if (!this.#shown || !fits(this.#shown)) return;
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(this.#shown);
      };
      const timer = setTimeout(() => reject(new Error(`The screen never showed ${what}.`)), WAIT_MS_MAX);
      this.#watchers.add(look);
      look();
    });
  }
}
