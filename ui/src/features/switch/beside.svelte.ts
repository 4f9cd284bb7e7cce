import { models } from "../models/models.svelte";

/** Models that are asked side by side, until the person takes that back. */
class Beside {
  private picked = $state<string[]>([]);

  /** Ids of those that are still on the shelf; fewer than two are none. */
  get ids(): string[] {
    const there = this.picked.filter((id) => models.get(id) !== undefined);
    return there.length > 1 ? there : [];
  }

  has = (id: string) => this.picked.includes(id);

  toggle(id: string) {
    this.picked = this.has(id) ? this.picked.filter((one) => one !== id) : [...this.picked, id];
  }

  /** Begins with the model of the project. */
  begin() {
    const { chosen } = models;
    if (this.picked.length === 0 && chosen) this.picked = [chosen.id];
  }

  clear() {
    this.picked = [];
  }
}

export const beside = new Beside();
