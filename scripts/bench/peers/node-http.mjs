/** The minimum for a Node server: sends prepared bytes. `RESPONSES` is a file that contains them. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const responses = new Map(
  JSON.parse(readFileSync(process.env.RESPONSES, 'utf8')).map(({ path, headers, body }) => [
    path,
    { headers, body: Buffer.from(body) },
  ]),
);

const server = createServer((request, response) => {
  const prepared = responses.get(request.url);
  response.writeHead(prepared === undefined ? 404 : 200, prepared?.headers);
  response.end(prepared?.body);
});
server.listen(0, '127.0.0.1', () => process.send({ httpPort: server.address().port }));
