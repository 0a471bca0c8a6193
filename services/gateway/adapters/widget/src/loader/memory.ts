// What the browser remembers under the host's own address. Storage may be forbidden: the page itself remembers then.

/** Names and values of one site, in one storage of the browser. Without permission nothing is written there. */
export class Memory {
  readonly #page: Record<string, string> = {};

  constructor(
    private readonly prefix: string,
    private readonly storage: () => Storage,
    private mayStore: boolean,
  ) {}

  get(name: string): string | null {
    return this.#page[name] ?? (this.mayStore ? this.#storage((storage) => storage.getItem(this.keyOf(name))) : null) ?? null;
  }

  /** Null forgets the name. */
  set(name: string, value: string | null): void {
    delete this.#page[name];
    if (value === null) this.#storage((storage) => storage.removeItem(this.keyOf(name)));
    else if (!this.mayStore || !this.#storage((storage) => [storage.setItem(this.keyOf(name), value)])) this.#page[name] = value;
  }

  /**
   * Allow or forbid storing. What the page remembers under these names is written, and what another page stored under
   * the rest stays; once storing is forbidden, all of it is kept by the page alone.
   */
  allow(isAllowed: boolean, names: readonly string[]): void {
    const kept = names.map((name) => this.get(name));
    if (!isAllowed) names.forEach((name) => this.set(name, null));
    this.mayStore = isAllowed;
    names.forEach((name, place) => kept[place] && this.set(name, kept[place]));
  }

  /** The name under which the browser keeps `name`, as events of the storage call it. */
  keyOf(name: string): string {
    return this.prefix + name;
  }

  // Null where storage is forbidden or full.
  #storage<Result>(use: (storage: Storage) => Result): Result | null {
    try {
      return use(this.storage());
    } catch {
      return null;
    }
  }
}
