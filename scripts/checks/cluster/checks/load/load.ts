/** Reads and writes through the Service while something happens in the cluster. */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '../../../../typescript-args.ts';

export type LoadReport = {
  /** Successful reads. */
  readonly reads: number;
  /** Writes with a definite response, after retries with the same key. */
  readonly writes: number;
  readonly acknowledged: number;
  /** Failed attempts of reads and writes. */
  readonly failures: readonly { readonly at: number; readonly reason: string }[];
  readonly slowestMs: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Responses and replicas that contradict the events. */
  readonly diverged: number;
  readonly complaints: readonly string[];
};

/** Messages from and to `load-process.ts`. */
export type LoadMessage =
  | { readonly type: 'started' | 'written' }
  | { readonly type: 'report'; readonly report: LoadReport };
export type LoadRequest = { readonly awaitWrites: number } | { readonly audit: readonly string[] };

export type Load = {
  /** Resolves when this many more writes have a response. */
  awaitWrites(count: number): Promise<void>;
  /** @param replicas URLs of the collection in all pods, whose state is audited. */
  stop(replicas: readonly string[]): Promise<LoadReport>;
  abort(): void;
};

export type LoadOptions = {
  /** A process in the network namespace of the pod that sends the requests. */
  readonly pid: number;
  /** URL of the collection. */
  readonly url: string;
  readonly token: string;
};

const script = fileURLToPath(new URL('load-process.ts', import.meta.url));

export async function startLoad({ pid, url, token }: LoadOptions): Promise<Load> {
  const child = fork(script, [url, token], {
    execPath: 'nsenter',
    execArgv: [`--net=/proc/${pid}/ns/net`, process.execPath, ...typescriptArgs],
  });

  function receive<Type extends LoadMessage['type']>(
    type: Type,
  ): Promise<Extract<LoadMessage, { type: Type }>> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: LoadMessage) => {
        if (message.type !== type) return;
        child.off('message', onMessage);
        // Safe: the type was compared.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        resolve(message as Extract<LoadMessage, { type: Type }>);
      };
      child.on('message', onMessage);
      child.once('exit', (code) => reject(new Error(`the load ended with ${code}`)));
    });
  }

  await receive('started');
  return {
    async awaitWrites(count) {
      const written = receive('written');
      child.send({ awaitWrites: count } satisfies LoadRequest);
      await written;
    },
    async stop(replicas) {
      const reported = receive('report');
      child.send({ audit: replicas } satisfies LoadRequest);
      const { report } = await reported;
      child.disconnect();
      return report;
    },
    abort: () => void child.kill(),
  };
}
