// The plain page: examples, a query, a result. No library, nothing stored, text only ever set as text.
const at = (id) => document.getElementById(id);
const [query, variables, token, status, result, run] = ['query', 'variables', 'token', 'status', 'result', 'run'].map(at);

function element(name, text, parent, className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  parent.append(made);
  return made;
}

async function send() {
  let values;
  try {
    values = variables.value.trim() ? JSON.parse(variables.value) : undefined;
  } catch (error) {
    status.textContent = `The variables are not JSON: ${error.message}`;
    return;
  }
  const headers = {
    Accept: 'application/graphql-response+json, application/json;q=0.9',
    'Content-Type': 'application/json',
  };
  if (token.value.trim()) headers.Authorization = `Bearer ${token.value.trim()}`;
  run.disabled = true;
  status.textContent = 'Running…';
  try {
    const answer = await fetch('graphql', {
      method: 'POST',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      headers,
      body: JSON.stringify({ query: query.value, variables: values }),
    });
    const text = await answer.text();
    status.textContent = `${answer.status} ${answer.statusText}`;
    try {
      result.textContent = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      result.textContent = text;
    }
  } catch {
    status.textContent = 'The server did not answer.';
  }
  run.disabled = false;
}

/** The variables as JSON, with short lists on one line. */
const json = (values) =>
  JSON.stringify(values, null, 2).replace(/\[\s+([^[\]{}]{1,60}?)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`);

function open(item) {
  query.value = item.query;
  variables.value = item.variables ? json(item.variables) : '';
  variables.rows = Math.min(12, Math.max(3, variables.value.split('\n').length));
}

const library = await (await fetch('playground/examples.json')).json();
for (const { group, items } of library) {
  const list = at('examples');
  element('h3', group, list);
  for (const item of items) {
    const button = element('button', item.title, list, 'example');
    button.type = 'button';
    button.title = item.description;
    button.addEventListener('click', () => {
      list.querySelector('[aria-current]')?.removeAttribute('aria-current');
      button.setAttribute('aria-current', 'true');
      open(item);
      send();
      if (matchMedia('(max-width: 900px)').matches) query.scrollIntoView({ block: 'start' });
    });
  }
}
open(library[0].items[0]);

run.addEventListener('click', send);
document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
});
