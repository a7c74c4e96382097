/** The page that shows the OpenAPI document to people: Swagger UI, all of it served from here. */

import { readFileSync } from 'node:fs';
import { escapeHtml, renderPage } from './html.ts';

/** A file that the page loads. */
export type DocsAsset = {
  /** Unique in the service, as the name of its operation: `getDocsScript`. */
  readonly name: string;
  readonly path: string;
  readonly mediaType: string;
  readonly summary: string;
  readonly content: Buffer;
};

/** Tells Swagger UI what to show; nothing validates the document elsewhere. */
const initializer = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
});
`;

export function renderDocsPage(title: string): string {
  return renderPage({
    title,
    head: `<link rel="icon" type="image/png" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
`,
    body: `<nav><a href="/docs/events">Events, commands and queries over NATS</a> · <a href="/problems">All problems</a></nav>
<div id="swagger-ui"></div>
<noscript>${escapeHtml(title)}: this page needs JavaScript; <a href="/openapi.json">the document</a> does not.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/initializer.js"></script>
`,
  });
}

/** Exactly the files that the page needs, out of the many that its package has. */
export function readDocsAssets(): readonly DocsAsset[] {
  return [
    {
      name: 'getDocsStyle',
      path: '/docs/swagger-ui.css',
      mediaType: 'text/css',
      summary: 'The style of the page that shows the API',
      content: readSwaggerUi('swagger-ui.css'),
    },
    {
      name: 'getDocsScript',
      path: '/docs/swagger-ui-bundle.js',
      mediaType: 'text/javascript',
      summary: 'The script of the page that shows the API',
      content: readSwaggerUi('swagger-ui-bundle.js'),
    },
    {
      name: 'getDocsInitializer',
      path: '/docs/initializer.js',
      mediaType: 'text/javascript',
      summary: 'What starts the script of the page that shows the API',
      content: Buffer.from(initializer),
    },
    {
      name: 'getDocsIcon',
      path: '/docs/favicon.png',
      mediaType: 'image/png',
      summary: 'The icon of the page that shows the API',
      content: readSwaggerUi('favicon-32x32.png'),
    },
  ];
}

function readSwaggerUi(file: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(`swagger-ui-dist/${file}`)));
}
