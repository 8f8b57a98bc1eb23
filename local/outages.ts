/** Availability zones that are down because somebody wants to see what happens then. Not stored: a restart heals them. */
export interface Outages {
  isDown(zone: string): boolean;
  /** Takes a zone down; resolves when everything in it is off. */
  begin(zone: string): Promise<void>;
  /** Brings it back. */
  end(zone: string): Promise<void>;
  /** Told of each change, before `begin` and `end` resolve. */
  onChange(listener: (zone: string) => Promise<void>): void;
}

export function createOutages(): Outages {
  const down = new Set<string>();
  const listeners: ((zone: string) => Promise<void>)[] = [];
  const tell = async (zone: string): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener(zone)));
  };
  return {
    isDown: (zone) => down.has(zone),
    async begin(zone) {
      down.add(zone);
      await tell(zone);
    },
    async end(zone) {
      down.delete(zone);
      await tell(zone);
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}
