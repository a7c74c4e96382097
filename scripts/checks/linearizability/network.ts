/** A network of namespaces around this process, which must run in network and mount namespaces of its own. */

import { writeFile } from 'node:fs/promises';
import { runCommand } from '../../setup/command.mjs';

/** A network namespace with one address. This process routes between the hosts and can reach all of them. */
export type Host = {
  readonly name: string;
  readonly address: string;
  /** Program and arguments that start a program on this host. */
  readonly launcher: readonly string[];
};

export type Network = {
  /** Folder in memory that disappears with the namespaces. */
  readonly volatileFolder: string;
  /** Returns the host with this name, which has at most 15 characters. Adds it if there is none. */
  host(name: string): Promise<Host>;
  /** Drops all packets between the two hosts, in both directions and without a reply. */
  cut(one: Host, other: Host): Promise<void>;
  /** Drops all packets from and to the host. */
  isolate(host: Host): Promise<void>;
  /** Ends all cuts. */
  heal(): Promise<void>;
};

/** Preference of the routing rules that drop packets. */
const dropPreference = '100';

const ip = (...args: readonly string[]) => runCommand('ip', args);

export async function createNetwork(): Promise<Network> {
  // `ip netns` keeps its namespaces there. In this mount namespace, the real folder is not changed.
  await runCommand('mount', ['-t', 'tmpfs', 'tmpfs', '/var/run']);
  await ip('link', 'set', 'lo', 'up');
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
  const hosts = new Map<string, Promise<Host>>();
  let rules = 0;

  async function drop(...selector: readonly string[]): Promise<void> {
    await ip('rule', 'add', ...selector, 'blackhole', 'pref', dropPreference);
    rules += 1;
  }

  return {
    volatileFolder: '/var/run',
    host(name) {
      const host = hosts.get(name) ?? addHost(name, hosts.size + 1);
      hosts.set(name, host);
      return host;
    },
    async cut({ address: one }, { address: other }) {
      await drop('from', one, 'to', other);
      await drop('from', other, 'to', one);
    },
    async isolate({ address }) {
      await drop('from', address);
      await drop('to', address);
    },
    async heal() {
      for (; rules > 0; rules--) await ip('rule', 'del', 'pref', dropPreference);
    },
  };
}

async function addHost(name: string, index: number): Promise<Host> {
  const subnet = `10.99.${index}`;
  const address = `${subnet}.2`;
  await ip('netns', 'add', name);
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
  await ip('addr', 'add', `${subnet}.1/24`, 'dev', name);
  await ip('link', 'set', name, 'up');
  await ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  await ip('-n', name, 'link', 'set', 'eth0', 'up');
  await ip('-n', name, 'route', 'add', 'default', 'via', `${subnet}.1`);
  return { name, address, launcher: ['ip', 'netns', 'exec', name] };
}
