import type { Product } from '../../domain/product.ts';
import { rejectionNames } from '../rejections/names.ts';
import { eventSubjects } from '../stream/subjects.ts';
import { inboxOf, type Role, type Roles, type ServiceNames } from './roles.ts';

/** Maximum length of a line with a description. */
const lineLength = 120;

/** Returns the configuration of a nats-server with a user for each role. */
export function formatRoles(services: readonly ServiceNames[], roles: Roles, product: Product): string {
  const account = product.name.toUpperCase();
  const shared = services.flatMap(({ name, stream }) => [
    eventSubjects(name).all,
    rejectionNames(name, stream).announced,
  ]);
  const { subscriber } = roles;
  const inbox = inboxOf(subscriber.name);
  return `# One least-privilege user for each role.
# The main configuration of the nats-server sets the address and the data directory and includes this file:
# include "nats-roles.conf"
#
# Users authenticate with an nkey. The server reads the public keys from environment variables (${nkeyOf(roles.owners[0] ?? subscriber)} and so on)
# and does not start if one is missing; delete the users that you do not need. Every user has its own inbox
# (NATS_INBOX_PREFIX=_INBOX_<role>), so that it cannot receive responses to other users.

accounts {
  ${account} {
    jetstream: enabled
    users: [
${roles.owners.map(formatUser).join('\n\n')}
    ]
    exports: [
${shared.map((subject) => `      { stream: "${subject}", accounts: [SUBSCRIBERS] }\n`).join('')}\
      { service: "$JS.API.>", response_type: stream, accounts: [SUBSCRIBERS] }
      { service: "$JS.ACK.>", response_type: stream, accounts: [SUBSCRIBERS] }
      { service: "$JS.FC.>", accounts: [SUBSCRIBERS] }
      # Consumers push messages to the subscriber's inbox.
      { stream: "${inbox}", accounts: [SUBSCRIBERS] }
    ]
  }

  # Subscribers have a separate account. JetStream sends a response to any reply subject without checking whether the client
  # may publish there. In the same account, a subscriber could therefore have a stored event sent to a subject of a stream,
  # where it would be stored again. Across accounts, a response is delivered only to the account of the request.
  SUBSCRIBERS {
    users: [
${formatUser(subscriber)}
    ]
    imports: [
${shared.map((subject) => `      { stream: { account: ${account}, subject: "${subject}" } }\n`).join('')}\
      { service: { account: ${account}, subject: "$JS.API.>" } }
      { service: { account: ${account}, subject: "$JS.ACK.>" } }
      { service: { account: ${account}, subject: "$JS.FC.>" } }
      { stream: { account: ${account}, subject: "${inbox}" } }
    ]
  }
}
`;
}

function formatUser(role: Role): string {
  return `${formatComment(role.description, ' '.repeat(6))}
      {
        nkey: $${nkeyOf(role)}
        permissions: {
          publish: { allow: [
${formatSubjects(role.publish)}
          ] }
          subscribe: { allow: [
${formatSubjects(role.subscribe)}
          ] }
        }
      }`;
}

/** Returns the name of the environment variable with the public key. */
function nkeyOf({ name }: Role): string {
  return `${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_NKEY`;
}

function formatSubjects(subjects: readonly string[]): string {
  return subjects.map((subject) => `            "${subject}"`).join('\n');
}

function formatComment(text: string, indent: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const extended = `${lines.at(-1)} ${word}`;
    if (indent.length + 1 + extended.length <= lineLength) lines[lines.length - 1] = extended;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => `${indent}#${line}`).join('\n');
}
