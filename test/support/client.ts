import { keepAsking as keepCounting } from '../../tools/demo/client.ts';

export { ask } from '../../tools/demo/client.ts';
export { until } from '../../tools/demo/until.ts';

/** Asks without pause, on kept connections and on new ones; nothing is retried. */
export function keepAsking(frontDoorPort: number, host: string) {
  const clients = keepCounting(frontDoorPort, host);
  return {
    /** What answered: version labels, and what failed. */
    async stop(): Promise<string[]> {
      const { versions, failures } = await clients.stop();
      return [...new Set([...versions.keys(), ...failures])].sort();
    },
  };
}
