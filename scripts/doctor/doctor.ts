/** `npm run doctor`: looks at a running system from the outside, and says what needs a person. It changes nothing. */

import { parseArgs } from 'node:util';
import { readDoctorConfig, type DoctorConfig } from './environment.ts';
import { examine } from './examine.ts';
import { describeError } from './finding.ts';
import { formatReport } from './report.ts';

const help = `npm run doctor [-- --json]

Looks at the servers, the streams, the services and their snapshots, and says what needs a person. It changes nothing.

  --json    the findings as an array of {name, verdict, detail, remedy?}; verdict is ok, warning or failure
            (npm run --silent doctor -- --json prints nothing else)

Environment:
  NATS_URL          the broker; default nats://localhost:4222. Of a cluster name every server, separated by commas
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
                    who asks, and whom to trust: docs/security.md
  NATS_MONITOR_URL  the servers' monitoring, separated by commas; default http://localhost:8222
  STREAM_REPLICAS   how many servers should keep each stream; not checked without it
  SNAPSHOT_EVERY    as the services have it; default 10000

Ends with 0, with 1 when there is a failure, with 2 when the command line or the environment is wrong.
`;

const exitCodes = { healthy: 0, needsAPerson: 1, usage: 2 } as const;

type Request = { readonly isJson: boolean; readonly config: DoctorConfig };

/** Undefined when help is asked for; the words for a person when the command line or the environment is wrong. */
function readRequest(): Request | string | undefined {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    return values.help ? undefined : { isJson: values.json, config: readDoctorConfig(process.env) };
  } catch (error) {
    return describeError(error);
  }
}

/** Returns the exit code. */
async function main(): Promise<number> {
  const request = readRequest();
  if (request === undefined) {
    await write(process.stdout, help);
    return exitCodes.healthy;
  }
  if (typeof request === 'string') {
    await write(process.stderr, `doctor: ${request}\n--help tells more\n`);
    return exitCodes.usage;
  }
  const findings = await examine(request.config);
  const report = request.isJson ? `${JSON.stringify(findings, undefined, 2)}\n` : formatReport(findings);
  await write(process.stdout, report);
  return findings.some(({ verdict }) => verdict === 'failure') ? exitCodes.needsAPerson : exitCodes.healthy;
}

/** Resolves when the text is out of this process. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

const exitCode = await main().catch(async (error: unknown) => {
  await write(process.stderr, `doctor: ${describeError(error)}\n`);
  return exitCodes.needsAPerson;
});
// Not left to happen by itself: the client keeps the socket to a frozen server open (nats.js 3.4).
process.exit(exitCode);
