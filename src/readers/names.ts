/** Hands out names that nothing else has. */
export class Names {
  private readonly taken = new Set<string>();
  private readonly next = new Map<string, number>();

  claim(name: string): boolean {
    if (this.taken.has(name)) return false;
    this.taken.add(name);
    return true;
  }

  unique(wish: string): string {
    if (this.claim(wish)) return wish;
    for (let i = this.next.get(wish) ?? 1; ; i++) {
      const name = `${wish}_${i}`;
      if (this.claim(name)) {
        this.next.set(wish, i + 1);
        return name;
      }
    }
  }
}
