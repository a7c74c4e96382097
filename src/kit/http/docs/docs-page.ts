/** The API documentation page: Swagger UI, served by the service itself and not from a CDN. */

import { readFileSync } from 'node:fs';
import { escapeHtml, renderPage } from './html.ts';

/** A file of the documentation page. */
export type DocsAsset = {
  /** The name of the operation that serves it: `getDocsScript`. */
  readonly name: string;
  readonly path: string;
  readonly mediaType: string;
  readonly summary: string;
  readonly content: Buffer;
};

/** Configures Swagger UI. Without `validatorUrl: null`, it would send the document to an external validator. */
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

/** Reads only the files of the Swagger UI package that the page needs. */
export function readDocsAssets(): readonly DocsAsset[] {
  return [
    {
      name: 'getDocsStyle',
      path: '/docs/swagger-ui.css',
      mediaType: 'text/css',
      summary: 'The style sheet of the API documentation',
      content: readSwaggerUi('swagger-ui.css'),
    },
    {
      name: 'getDocsScript',
      path: '/docs/swagger-ui-bundle.js',
      mediaType: 'text/javascript',
      summary: 'The script of the API documentation',
      content: readSwaggerUi('swagger-ui-bundle.js'),
    },
    {
      name: 'getDocsInitializer',
      path: '/docs/initializer.js',
      mediaType: 'text/javascript',
      summary: 'The configuration of the API documentation',
      content: Buffer.from(initializer),
    },
    {
      name: 'getDocsIcon',
      path: '/docs/favicon.png',
      mediaType: 'image/png',
      summary: 'The icon of the API documentation',
      content: readSwaggerUi('favicon-32x32.png'),
    },
  ];
}

function readSwaggerUi(file: string): Buffer {
  return readFileSync(new URL(import.meta.resolve(`swagger-ui-dist/${file}`)));
}
