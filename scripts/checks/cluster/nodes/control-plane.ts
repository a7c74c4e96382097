/** etcd, the API server, the controller manager and the scheduler, in the namespaces of this process. */

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAuthority } from '../../../../test/support/broker/certificates.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';
import { programPath } from '../build/programs.ts';
import { runFolder, startProgram } from './program.ts';

export type ControlPlane = {
  /** Runs kubectl as an administrator and returns its output. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Returns the path of a configuration with which a program connects to the API server as a user. */
  kubeconfig(user: UserName): string;
};

/** The bridge that connects the nodes, and its address. */
export const bridge = { name: 'k8s0', address: '172.30.0.1' } as const;

export const serviceRange = '10.96.0.0/16';

/** Users by name of their configuration file, with the group that the API server gives their permissions. */
const users = {
  admin: ['admin', 'system:masters'],
  'controller-manager': ['system:kube-controller-manager', ''],
  scheduler: ['system:kube-scheduler', ''],
  proxy: ['system:kube-proxy', ''],
  'node-1': ['system:node:node-1', 'system:nodes'],
  'node-2': ['system:node:node-2', 'system:nodes'],
  'node-3': ['system:node:node-3', 'system:nodes'],
} as const;

export type UserName = keyof typeof users;

/** Time for the API server to become ready, in ms; generous for busy machines. */
const readyTimeoutMs = 180_000;

const kubernetes = programPath('kubernetes');

export async function startControlPlane(defer: (close: () => unknown) => void): Promise<ControlPlane> {
  await rm(runFolder, { recursive: true, force: true });
  const at = (file: string) => join(runFolder, file);
  await mkdir(at('certificates'), { recursive: true });
  await createNetwork();
  await writeUsers();
  const kubeconfig = (user: UserName) => at(`${user}.conf`);
  const kubectl = (...args: readonly string[]) =>
    runCommand(kubernetes, ['kubectl', `--kubeconfig=${kubeconfig('admin')}`, ...args]);

  const start = (program: string, args: readonly string[]) =>
    startProgram([kubernetes, program, ...args], {
      log: program,
      onExit: () => process.stdout.write(`  ${program} has ended\n`),
    });
  await start('etcd', [
    `--data-dir=${at('etcd')}`,
    '--listen-client-urls=http://127.0.0.1:2379',
    '--advertise-client-urls=http://127.0.0.1:2379',
    '--listen-peer-urls=http://127.0.0.1:2380',
    // Without syncs to the disk, which the cluster does not need to outlast a crash.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(at('accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const authority = createAuthority();
  defer(authority.close);
  const proxy = authority.issue('front-proxy-client');
  await start('kube-apiserver', [
    '--etcd-servers=http://127.0.0.1:2379',
    `--advertise-address=${bridge.address}`,
    `--cert-dir=${at('certificates')}`,
    `--service-cluster-ip-range=${serviceRange}`,
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--kubelet-preferred-address-types=InternalIP',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('accounts.key')}`,
    `--service-account-signing-key-file=${at('accounts.key')}`,
    // The metrics server is an extension of the API.
    `--requestheader-client-ca-file=${authority.cert}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${proxy.cert}`,
    `--proxy-client-key-file=${proxy.key}`,
    '--enable-aggregator-routing=true',
  ]);
  await eventually(() => kubectl('get', '--raw=/readyz'), readyTimeoutMs, 500);
  // These exit if they start before the API server is ready.
  for (const [program, user, ...args] of [
    [
      'kube-controller-manager',
      'controller-manager',
      '--use-service-account-credentials',
      `--service-account-private-key-file=${at('accounts.key')}`,
      `--root-ca-file=${at('certificates/apiserver.crt')}`,
    ],
    ['kube-scheduler', 'scheduler'],
  ] as const) {
    const config = ['--kubeconfig', '--authentication-kubeconfig', '--authorization-kubeconfig'];
    await start(program, [
      ...config.map((option) => `${option}=${kubeconfig(user)}`),
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
      ...args,
    ]);
  }
  return { kubectl, kubeconfig };

  async function writeUsers(): Promise<void> {
    const lines = [];
    for (const [file, [name, group]] of Object.entries(users)) {
      const token = randomBytes(16).toString('hex');
      lines.push(`${token},${name},${name},"${group}"\n`);
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          {
            name: 'test',
            cluster: {
              server: `https://${bridge.address}:6443`,
              // The API server signs its certificate itself.
              'certificate-authority': at('certificates/apiserver.crt'),
            },
          },
        ],
        users: [{ name, user: { token } }],
        contexts: [{ name, context: { cluster: 'test', user: name } }],
        'current-context': name,
      };
      await writeFile(at(`${file}.conf`), JSON.stringify(config));
    }
    await writeFile(at('tokens.csv'), lines.join(''));
  }
}

async function createNetwork(): Promise<void> {
  const ip = (...args: readonly string[]) => runCommand('ip', args);
  await ip('link', 'set', 'lo', 'up');
  await ip('link', 'add', bridge.name, 'type', 'bridge');
  await ip('addr', 'add', `${bridge.address}/24`, 'dev', bridge.name);
  await ip('link', 'set', bridge.name, 'up');
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
}
