// One POST to the endpoint beside this page. No cookie, no referrer, no other origin.
import { isStream, results } from './events.js';
import { remember } from './library.js';
import { auth } from './token.js';

const endpoint = new URL('graphql', document.baseURI);

export async function fetcher(params, { headers = {} } = {}) {
  const { token } = auth.get();
  const aborting = new AbortController();
  const response = await fetch(endpoint, {
    signal: aborting.signal,
    method: 'POST',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9, text/event-stream;q=0.8',
      'Content-Type': 'application/json',
      ...(token && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify(params),
  });
  if (isStream(response)) return results(response, aborting);
  const text = await response.text();
  try {
    const answer = JSON.parse(text);
    remember(params.query, answer);
    return answer;
  } catch {
    throw new Error(`the server answered ${response.status} ${response.statusText} without JSON: ${text.slice(0, 200)}`);
  }
}
