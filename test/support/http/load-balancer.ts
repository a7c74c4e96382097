/** Runs nginx as a load balancer in front of replicas. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as assert from 'uvu/assert';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

export type LoadBalancer = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Sends new requests only to these replicas (`http://127.0.0.1:5000`). Requests in flight are completed. */
  use(urls: readonly string[]): Promise<void>;
  close(): Promise<void>;
};

/** Returns the path of nginx; undefined if it is not installed. */
export function findNginx(): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
    .map((folder) => join(folder, 'nginx'))
    .find((path) => existsSync(path));
}

export async function startLoadBalancer(program: string, urls: readonly string[]): Promise<LoadBalancer> {
  const folder = await mkdtemp(join(tmpdir(), 'portside-nginx-'));
  const port = await findFreePort();
  const file = join(folder, 'nginx.conf');
  let generation = 0;

  async function write(upstreams: readonly string[]) {
    generation += 1;
    await writeFile(file, configurationOf(folder, port, upstreams, generation));
  }

  await write(urls);
  const child = spawn(program, ['-p', folder, '-c', file, '-g', 'daemon off;'], { stdio: 'inherit' });
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const applied = () =>
    eventually(async () => {
      const current = await (await fetch(`${url}/generation`)).text();
      if (current !== String(generation)) throw new Error(`nginx uses configuration ${current}`);
    }, 30_000);
  await applied();

  return {
    url,
    async use(upstreams) {
      await write(upstreams);
      child.kill('SIGHUP');
      await applied();
      // The previous worker process exits when it has completed its requests.
      await eventually(() => assert.is(countChildren(child.pid ?? 0), 1), 30_000);
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * `proxy_next_upstream off` makes every failure visible to the test: nginx does not retry on another replica. Connections
 * to the replicas are kept alive. Client connections are not, because nginx closes them when it reloads its
 * configuration.
 */
function configurationOf(folder: string, port: number, urls: readonly string[], generation: number): string {
  const servers = urls.map((url) => `server ${new URL(url).host} max_fails=0;`).join(' ');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    worker_processes 1;
    events { worker_connections 512; }
    http {
      access_log off;
      keepalive_timeout 0;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
      upstream service { ${servers} keepalive 16; }
      server {
        listen 127.0.0.1:${port};
        location = /generation { return 200 "${generation}"; }
        location / {
          proxy_pass http://service;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_next_upstream off;
        }
      }
    }`;
}

/** Returns the number of running child processes of `pid`. Linux only. */
function countChildren(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? 0 : children.split(' ').length;
}
