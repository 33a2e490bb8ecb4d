// A fetch whose answers can be held back or lost on the way, after the gateway gave them.
export class Wire {
  requests = 0;
  #held: Promise<void> = Promise.resolve();
  #lost = 0;

  /** Holds answers back until what it returns is called. */
  hold(): () => void {
    let release = () => {};
    this.#held = new Promise((resolve) => (release = resolve));
    return release;
  }

  loseNextAnswer(): void {
    this.#lost += 1;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    this.requests += 1;
    const answer = await fetch(input, init);
    await this.#held;
    if (this.#lost > 0) {
      this.#lost -= 1;
      await answer.body?.cancel();
      throw new TypeError("The connection was lost before the answer came.");
    }
    return answer;
  };
}
