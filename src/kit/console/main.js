import { createRequest } from './store/api.js';
import { App } from './shell/app.js';
import { html, render } from './vendor/preact.js';
import { startSession } from './store/session.js';
import { createStore } from './store/state.js';

const store = createStore();
const request = createRequest(
  () => store.state.token,
  (rateLimitMs) => store.update({ rateLimitMs }),
);
const root = document.querySelector('#page');
/** @type {import('./store/session.js').Session | undefined} */
let session;

function renderApp() {
  if (!(root instanceof HTMLElement)) return;
  render(html`<${App} state=${store.state} update=${store.update} session=${session} />`, root);
}

store.subscribe(renderApp);
renderApp();
session = await startSession(store, request);
renderApp();
