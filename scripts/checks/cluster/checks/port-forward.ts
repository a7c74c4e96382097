import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { eventually } from '../../../../test/support/eventually.ts';
import { programPath } from '../build/programs.ts';
import { namespace } from './product.ts';

/** Forwards a port of this network namespace to one of a Service, like `kubectl port-forward`. Returns a function that ends it. */
export async function forwardPort(
  kubeconfig: string,
  service: string,
  ports: readonly [local: number, remote: number],
): Promise<() => void> {
  const args = ['kubectl', `--kubeconfig=${kubeconfig}`, `--namespace=${namespace}`];
  const forward = ['port-forward', `service/${service}`, ports.join(':')];
  const child = spawn(programPath('kubernetes'), [...args, ...forward], { stdio: 'ignore' });
  await eventually(
    async () => {
      const socket = connect(ports[0], '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
    },
    60_000,
    100,
  );
  return () => void child.kill();
}
