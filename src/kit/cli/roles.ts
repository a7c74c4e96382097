import { parseArgs } from 'node:util';
import { createProduct, defaultProduct } from '../domain/product.ts';
import type { Service } from '../domain/service/service.ts';
import { readStreamDefinition } from '../nats/provisioning/provisioning.ts';
import { formatRoles } from '../nats/roles/format-roles.ts';
import { rolesOf, type ServiceNames } from '../nats/roles/roles.ts';
import { loadServices } from './module-argument.ts';

const help = `portside roles MODULE …

Prints a nats-server configuration with a user for each role: the services that the modules export (compiled modules,
such as dist/service.js), the provisioner, a publisher, an importer, an operator and a subscriber. Each user may use
only the subjects that it needs. Name the modules of all services that share the broker.

  portside roles dist/service.js > nats-roles.conf

Add include "nats-roles.conf" to the configuration of the server. Create a key for each role, for example with
nats auth nkey gen user --output docks.nk, and start the server with the public keys as DOCKS_NKEY and so on. Start
the service with NATS_NKEY=docks.nk NATS_INBOX_PREFIX=_INBOX_docks.
`;

export async function roles(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const services = await loadServices(positionals);
  const [first, ...others] = services;
  const other = others.find(({ product }) => product !== first.product);
  if (other !== undefined) {
    throw new Error(
      `${first.contract.name} and ${other.contract.name} belong to different products; run this once for each product`,
    );
  }
  const product = first.product === undefined ? defaultProduct : createProduct(first.product);
  const names = await Promise.all(services.map(readNames));
  process.stdout.write(formatRoles(names, rolesOf(names, product), product));
}

/** Reads the names of a service's streams from their files. */
async function readNames({ contract, follows }: Service): Promise<ServiceNames> {
  const read = async ({ name, streamFile }: { readonly name: string; readonly streamFile: URL }) =>
    (await readStreamDefinition(streamFile, name)).name;
  const followed = await Promise.all(Object.values(follows).map(read));
  return { name: contract.name, stream: await read(contract), followed };
}
