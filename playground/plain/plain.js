// The plain page: examples, a query, a result, a token. No library, nothing stored, text only ever set as text.
import { isStream, results } from './events.js';
import { remember, scopesOf, variablesOf, whyNotRun } from './library.js';
import { auth, timeLeft } from './token.js';

const at = (id) => document.getElementById(id);
const [query, variables, status, result, run, notice] = ['query', 'variables', 'status', 'result', 'run', 'notice'].map(at);
const [id, secret, token, problem, held, left, drop, get] = ['client-id', 'client-secret', 'token', 'problem', 'held', 'left', 'drop', 'get'].map(at);

let following = null;

function element(name, text, parent, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  parent.append(made);
  return made;
}

async function send() {
  take();
  let values;
  try {
    values = variables.value.trim() ? JSON.parse(variables.value) : undefined;
  } catch (error) {
    status.textContent = `The variables are not JSON: ${error.message}`;
    return;
  }
  const headers = {
    Accept: 'application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8',
    'Content-Type': 'application/json',
  };
  const bearer = auth.get().token;
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  following?.return();
  following = null;
  run.disabled = true;
  notice.textContent = '';
  status.textContent = 'Running…';
  try {
    const aborting = new AbortController();
    const answer = await fetch('graphql', {
      signal: aborting.signal,
      method: 'POST',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers,
      body: JSON.stringify({ query: query.value, variables: values }),
    });
    if (isStream(answer)) {
      follow(results(answer, aborting));
      run.disabled = false;
      return;
    }
    const text = await answer.text();
    status.textContent = `${answer.status} ${answer.statusText}`;
    try {
      const read = JSON.parse(text);
      remember(query.value, read);
      result.textContent = JSON.stringify(read, null, 2);
    } catch {
      result.textContent = text;
    }
  } catch {
    status.textContent = 'The server did not answer.';
  }
  run.disabled = false;
}

/** Shows each result of a subscription until another operation runs. */
async function follow(results) {
  following = results;
  status.textContent = 'Following…';
  try {
    for await (const told of results) result.textContent = JSON.stringify(told, null, 2);
    if (following === results) status.textContent = 'The subscription is over.';
  } catch (error) {
    status.textContent = error.message;
  }
}

function open(item) {
  query.value = item.query;
  variables.value = variablesOf(item);
  variables.rows = Math.min(12, Math.max(3, variables.value.split('\n').length));
}

/** Takes a pasted token out of its field. */
function take() {
  auth.use(token.value);
  token.value = '';
}

/** Says it once: a live region that is given the same words again may be read out again. */
function say(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function showToken() {
  const { token: bearer, scopes, expiresAt, hasEnded } = auth.get();
  const none = hasEnded ? 'the token has ended' : 'none';
  const use = expiresAt === null ? 'in use' : `in use, ends in ${timeLeft(expiresAt)}`;
  say(left, bearer ? use : none);
  drop.disabled = !bearer;
  const told = scopes === null ? 'not known' : scopes.join(', ');
  say(held, bearer ? `Scopes: ${told}` : 'Requests are anonymous.');
}

async function exchange() {
  const credentials = { id: id.value, secret: secret.value };
  secret.value = '';
  if (!credentials.id.trim() || !credentials.secret.trim()) {
    problem.textContent = 'Give the client’s id and its secret.';
    return;
  }
  problem.textContent = '';
  get.disabled = true;
  try {
    await auth.exchange(credentials);
  } catch (error) {
    problem.textContent = error.message;
  }
  get.disabled = false;
}

const library = await (await fetch('playground/examples.json')).json();
for (const { group, items } of library) {
  const list = at('examples');
  element('h3', group, list);
  for (const item of items) {
    const scopes = scopesOf(item).join(', ');
    const button = element('button', item.title, list, 'example');
    if (scopes) element('span', ` needs ${scopes}`, button, 'needs');
    button.type = 'button';
    button.title = item.description;
    button.addEventListener('click', () => {
      list.querySelector('[aria-current]')?.removeAttribute('aria-current');
      button.setAttribute('aria-current', 'true');
      open(item);
      const reason = whyNotRun(item, auth.get());
      if (reason) {
        notice.textContent = reason;
        status.textContent = '';
      } else {
        send();
      }
      if (matchMedia('(max-width: 900px)').matches) at('request').scrollIntoView({ block: 'start' });
    });
  }
}
open(library[0].items[0]);

run.addEventListener('click', send);
get.addEventListener('click', exchange);
drop.addEventListener('click', auth.drop);
token.addEventListener('change', take);
for (const field of [id, secret]) field.addEventListener('keydown', (event) => event.key === 'Enter' && !event.ctrlKey && !event.metaKey && exchange());
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
});
auth.subscribe(showToken);
setInterval(showToken, 1000);
showToken();
