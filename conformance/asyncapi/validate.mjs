/** What the official parser says of each of the AsyncAPI documents on stdin, a JSON array: for each an array, empty when nothing is to be said. */

import { text } from 'node:stream/consumers';
import { Parser } from '@asyncapi/parser';

const parser = new Parser();
const said = [];
for (const document of JSON.parse(await text(process.stdin))) {
  const diagnostics = await parser.validate(JSON.stringify(document));
  said.push(diagnostics.map(({ code, message, path, severity }) => ({ code, message, path, severity })));
}
process.stdout.write(JSON.stringify(said));
