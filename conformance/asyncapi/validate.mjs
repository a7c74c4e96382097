/**
 * Validates AsyncAPI documents with the official parser. Reads a JSON array of documents from stdin and writes a JSON array
 * with the diagnostics of each document to stdout. A valid document has no diagnostics.
 */

import { text } from 'node:stream/consumers';
import { Parser } from '@asyncapi/parser';

const parser = new Parser();
const results = [];
for (const document of JSON.parse(await text(process.stdin))) {
  const diagnostics = await parser.validate(JSON.stringify(document));
  results.push(diagnostics.map(({ code, message, path, severity }) => ({ code, message, path, severity })));
}
process.stdout.write(JSON.stringify(results));
