import type { ServerProcess } from '../child-processes.ts';

/**
 * Returns the event-loop delay of a replica since the previous call, in ms. It includes the sampling interval of Node.js, 10 ms.
 */
export async function readEventLoopDelay({ probePort }: ServerProcess) {
  const metrics = await (await fetch(`http://127.0.0.1:${probePort}/metrics`)).text();
  const read = (name: string) => {
    const value = new RegExp(`^nodejs_eventloop_lag_${name}_seconds\\S* (\\S+)$`, 'm').exec(metrics)?.[1];
    if (value === undefined) throw new Error(`no metric for the event-loop delay (${name})`);
    return Number(value) * 1000;
  };
  return { loopP99: read('p99'), loopMax: read('max') };
}
