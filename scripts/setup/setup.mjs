/** Makes a fresh clone ready for `npm start` and `npm test`: npm dependencies and a nats-server, nothing else. */

const HELP = `Usage: node scripts/setup.mjs [--no-nats-server] [--test-tools] [--nats-cli] [--help]

Runs before "npm start", "npm test" and "npm run import". Says nothing when all is ready. Otherwise it
  1. installs the npm dependencies when node_modules is missing or older than package-lock.json;
  2. looks for a nats-server 2.12 or newer (PORTSIDE_NATS_SERVER, PATH, .tools) and, when there is none, puts
     one into .tools inside this checkout. Nothing outside the checkout is changed, and root is not needed;
  3. for the tests and the shell example, looks for the nats command line 0.5 or newer (PORTSIDE_NATS_CLI, PATH,
     .tools) and, when there is none, builds it into .tools with the Go on PATH, which takes a minute or more. Without
     Go that is said, and what needs it is skipped.

Options
  --no-nats-server         no nats-server
  --test-tools             also what only the tests need: the AsyncAPI parser, in conformance/asyncapi
  --nats-cli               the nats command line as well
  --help                   this text

Environment
  NATS_URL                 an own server is used: "npm start" then needs no nats-server ("npm test" does)
  PORTSIDE_NATS_SERVER     the nats-server binary to use instead of any other
  PORTSIDE_NATS_CLI        the nats command line to use instead of any other
  NATS_SERVER_SOURCES      where to get one from, in this order; default: apt,release,go
                             apt      the distribution's signed package (Debian, Ubuntu), only unpacked
                             release  the project's own release, with its checksums (Linux, macOS)
                             go       built from source with the Go on PATH
  NATS_SERVER_RELEASES_URL a mirror of the project's releases, for the release way
`;

const MINIMUM_NODE_MAJOR = 20;

// Only syntax and modules that old Node versions know up to here: they must reach this message.
if (Number(process.versions.node.split('.')[0]) < MINIMUM_NODE_MAJOR) {
  process.stderr.write(
    `Portside needs Node ${MINIMUM_NODE_MAJOR} or newer; this is Node ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exit(1);
}

const { join } = await import('node:path');
const { ROOT } = await import('./root.mjs');
const { createProgress } = await import('./progress.mjs');
const { installDependencies } = await import('./dependencies.mjs');
const { installNatsCli } = await import('./programs/nats-cli.mjs');
const { installNatsServer } = await import('./programs/nats-server.mjs');

const options = process.argv.slice(2);
const known = ['--no-nats-server', '--test-tools', '--nats-cli', '--help'];
const unknown = options.filter((option) => !known.includes(option));

if (options.includes('--help')) {
  process.stdout.write(HELP);
} else if (unknown.length > 0) {
  process.stderr.write(`Unknown option ${unknown.join(' ')}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  await setUp();
}

async function setUp() {
  // Leaving through process.exit lets the exit handlers end child processes and give up the lock.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const progress = createProgress(process.stderr);
  try {
    await installDependencies({ progress });
    if (options.includes('--test-tools')) await installTestTools(progress);
    if (needsNatsServer()) await installNatsServer({ progress });
    if (options.includes('--nats-cli')) await installNatsCli({ progress });
  } catch (error) {
    process.stderr.write(`\nSetup failed. ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/**
 * What judges the product from outside and is too heavy for everybody's node_modules.
 * @param {import('./progress.mjs').Progress} progress
 */
async function installTestTools(progress) {
  await installDependencies({ progress, root: join(ROOT, 'conformance', 'asyncapi'), title: 'test tools' });
}

function needsNatsServer() {
  const startsOnOwnServer = process.env['npm_lifecycle_event'] === 'prestart' && process.env['NATS_URL'];
  return !options.includes('--no-nats-server') && !startsOnOwnServer;
}
