// Subscriptions as the libraries that partners use read them: graphql-ws and graphql-sse, and the links of Apollo Client and
// urql; from a page of another origin too. Each is told of a change that a publisher makes meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ApolloClient, ApolloLink, InMemoryCache, gql, HttpLink } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as UrqlClient, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient as createSseClient } from 'graphql-sse';
import { CloseCode, createClient as createWsClient } from 'graphql-ws';
import { pipe, subscribe } from 'wonka';
import WebSocket from 'ws';
import { assert, fromRoot, scratch } from './checks.mjs';
import { lacking, publisher } from './credentials.mjs';

const FIELDS = `hasMore nextToken changes { __typename ... on Upsert { content { id title } } ... on Tombstone { id reason purge } }`;
const FOLLOW = `subscription Follow($since: String) { contentChanged(since: $since) { ${FIELDS} } }`;
const PATIENCE_MS = 15_000;

/** What a publisher does: makes a resource known, and withdraws it. */
export async function publishing(base) {
  const form = { grant_type: 'client_credentials', client_id: publisher.id, client_secret: publisher.secret };
  const answer = await fetch(new URL('oauth/token', base), { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = await answer.json();
  assert(token, `no token: ${answer.status}`);
  const send = async (query, input) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const sent = await fetch(new URL('graphql', base), { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) });
    const { data, errors } = await sent.json();
    const [payload] = Object.values(data ?? {});
    assert(!errors && payload.userErrors.length === 0, JSON.stringify(errors ?? payload));
    return payload.resource ?? payload.content ?? payload;
  };
  return {
    token,
    send,
    async publish(title) {
      const made = 'resourceCreate(input: $input) { resource { id version } userErrors { code field message } }';
      const item = await send(`mutation($input: ResourceCreateInput!) { ${made} }`, { locale: 'en-CA', title, category: 'NEWS', format: 'ARTICLE' });
      const published = 'contentPublish(input: $input) { content { id version } userErrors { code field message } }';
      return send(`mutation($input: ContentPublishInput!) { ${published} }`, { id: item.id, expectedVersion: item.version });
    },
    async withdraw({ id, version }) {
      const withdrawn = 'contentWithdraw(input: $input) { content { id version } userErrors { code field message } }';
      return send(`mutation($input: ContentWithdrawInput!) { ${withdrawn} }`, { id, expectedVersion: version });
    },
  };
}

/** Results as they come; `next` waits for the first one of which something is true. */
function results() {
  const queue = [];
  let wake = () => {};
  return {
    push(result) {
      queue.push(result);
      wake();
    },
    async next(isWanted) {
      const until = Date.now() + PATIENCE_MS;
      while (Date.now() < until) {
        const result = queue.shift();
        if (result) {
          assert(!result.errors && !result.error, JSON.stringify(result.errors ?? String(result.error)));
          if (isWanted(result.data.contentChanged)) return result.data.contentChanged;
        } else {
          await Promise.race([new Promise((resolve) => (wake = resolve)), setTimeout(100)]);
        }
      }
      throw new Error('nothing was told');
    },
  };
}

const isTold = (title) => (page) => page.changes.some((change) => change.content?.title === title);
const isGone = (id) => (page) => page.changes.some((change) => change.id === id && change.reason === 'WITHDRAWN' && change.purge);

/** A client that goes away, so that it must go on from its last token. */
async function followed(connect, name, { publish, withdraw }) {
  let found = results();
  let stop = connect(found, undefined);
  const { nextToken: begun } = await found.next(() => true);
  const title = `Told by ${name} ${Date.now()}`;
  const item = await publish(title);
  const { nextToken } = await found.next(isTold(title));
  assert(begun !== nextToken, 'the token did not move');
  await stop();
  await withdraw(item);
  found = results();
  stop = connect(found, nextToken);
  await found.next(isGone(item.id));
  await stop();
}

/** A socket with nothing of a library between: what is sent, and how it is closed. */
async function closed(url, messages, options = {}) {
  const socket = new WebSocket(url, options.protocol ?? 'graphql-transport-ws', options);
  const ended = once(socket, 'close');
  socket.on('error', () => {});
  socket.on('open', () => messages.forEach((message) => socket.send(JSON.stringify(message))));
  const [code] = await ended;
  return code;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** The receiver of the guide, as a program of its own, is told of a change; what is forged it refuses. */
async function received({ send, publish, withdraw }) {
  const code = readFileSync(fromRoot('docs/following.md'), 'utf8').match(/```js\n([^`]*standardwebhooks[\s\S]*?)```/)?.[1];
  assert(code, 'the guide has no receiver');
  const file = join(scratch('receiver'), 'receiver.mjs');
  writeFileSync(file, code);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const made = await send('mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { webhook { id } secret userErrors { code field message } } }', { url });
  const child = spawn(process.execPath, [file], { env: { ...process.env, WEBHOOK_SECRET: made.secret, WEBHOOK_PORT: String(port) } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const until = async (word) => {
    for (const end = Date.now() + PATIENCE_MS; !output.includes(word); await setTimeout(50)) assert(Date.now() < end, `no ${word}: ${output}`);
  };
  try {
    for (const end = Date.now() + PATIENCE_MS; !(await fetch(url, { method: 'POST', body: '{}' }).catch(() => null)); await setTimeout(50)) {
      assert(Date.now() < end, `the receiver did not start: ${output}`);
    }
    await until('forged');
    const item = await publish(`Told to a receiver ${Date.now()}`);
    await until(item.id);
    await withdraw(item);
    await until("purge: true");
    assert(output.includes('content.published') && output.includes('content.removed'), output);
  } finally {
    child.kill();
    const { id } = made.webhook;
    await send('mutation($input: WebhookDeleteInput!) { webhookDelete(input: $input) { deletedId userErrors { code field message } } }', { id });
  }
}

export async function checkFollowing({ base, check, skip }) {
  const http = new URL('graphql', base).href;
  const url = http.replace(/^http/, 'ws');
  const reason = lacking({ CLIENT: publisher });
  if (reason) return skip('following: subscriptions with the libraries of partners', reason);
  const acts = await publishing(base);

  const overWs = (options = {}) => (found, since) => {
    const client = createWsClient({ url, webSocketImpl: WebSocket, ...options });
    const end = client.subscribe({ query: FOLLOW, variables: { since } }, { next: found.push, error: (error) => found.push({ error }), complete() {} });
    return async () => {
      end();
      await client.dispose();
    };
  };
  await check('following: graphql-ws is told, and goes on from its token', () => followed(overWs(), 'graphql-ws', acts));
  await check('following: graphql-ws with a token', () =>
    followed(overWs({ connectionParams: { authorization: `Bearer ${acts.token}` } }), 'a partner', acts));
  await check('following: graphql-ws reads what is wrong with an operation', async () => {
    const client = createWsClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
    const outcome = await new Promise((resolve) =>
      client.subscribe({ query: 'subscription { nothing }' }, { next: resolve, error: resolve, complete: () => resolve('complete') }),
    );
    await client.dispose();
    assert(Array.isArray(outcome) && outcome[0].extensions.code === 'BAD_REQUEST', JSON.stringify(outcome));
  });
  await check('following: graphql-ws runs a query to its end', async () => {
    const client = createWsClient({ url, webSocketImpl: WebSocket });
    const answers = [];
    for await (const answer of client.iterate({ query: '{ viewer { isAuthenticated } }' })) answers.push(answer);
    await client.dispose();
    assert(answers.length === 1 && answers[0].data.viewer.isAuthenticated === false, JSON.stringify(answers));
  });
  await check('following: graphql-ws keeps itself alive with pings', async () => {
    let pongs = 0;
    const client = createWsClient({ url, webSocketImpl: WebSocket, lazy: false, keepAlive: 50, on: { pong: (received) => received && (pongs += 1) } });
    await setTimeout(500);
    await client.dispose();
    assert(pongs >= 3, `${pongs} pongs`);
  });
  await check('following: the codes that graphql-ws knows', async () => {
    const init = { type: 'connection_init' };
    const subscribed = { type: 'subscribe', id: '1', payload: { query: FOLLOW } };
    for (const [name, messages, code, options] of [
      ['another protocol', [], CloseCode.SubprotocolNotAcceptable, { protocol: [] }],
      ['no init', [], CloseCode.ConnectionInitialisationTimeout],
      ['init twice', [init, init], CloseCode.TooManyInitialisationRequests],
      ['an operation before init', [subscribed], CloseCode.Unauthorized],
      ['an id twice', [init, subscribed, subscribed], CloseCode.SubscriberAlreadyExists],
      ['a message of no type', [init, { id: '1' }], CloseCode.BadRequest],
      ['a token that is not valid', [{ ...init, payload: { authorization: 'Bearer x' } }], CloseCode.Forbidden],
    ]) {
      const found = await closed(url, messages, options);
      assert(found === code, `${name}: ${found}, not ${code}`);
    }
  });
  await check('following: a page of another origin is told', () =>
    followed(overWs({ webSocketImpl: class extends WebSocket { constructor(url, protocol) { super(url, protocol, { origin: 'https://elsewhere.example' }); } } }), 'another origin', acts));

  const overSse = (options = {}) => (found, since) => {
    const client = createSseClient({ url: http, ...options });
    const end = client.subscribe({ query: FOLLOW, variables: { since } }, { next: found.push, error: (error) => found.push({ error }), complete() {} });
    return async () => {
      end();
      client.dispose();
    };
  };
  await check('following: graphql-sse is told, and goes on from its token', () => followed(overSse(), 'graphql-sse', acts));
  await check('following: graphql-sse with a token', () =>
    followed(overSse({ headers: { authorization: `Bearer ${acts.token}` } }), 'a partner by events', acts));
  await check('following: graphql-sse reads what is wrong with an operation', async () => {
    const client = createSseClient({ url: http, retryAttempts: 0 });
    const told = [];
    await new Promise((resolve, reject) =>
      client.subscribe({ query: 'subscription { nothing }' }, { next: (result) => told.push(result), error: reject, complete: resolve }),
    );
    assert(told.length === 1 && told[0].errors[0].extensions.code === 'BAD_REQUEST', JSON.stringify(told));
  });
  await check('following: a page of another origin may read events', async () => {
    const asked = await fetch(http, { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' } });
    assert(asked.headers.get('access-control-allow-origin') === '*', `${asked.status}`);
    const aborting = new AbortController();
    const query = encodeURIComponent('subscription { contentChanged { nextToken } }');
    const answer = await fetch(`${http}?query=${query}`, { headers: { accept: 'text/event-stream', origin: 'https://elsewhere.example' }, signal: aborting.signal });
    assert(answer.ok && answer.headers.get('access-control-allow-origin') === '*', `${answer.status}`);
    aborting.abort();
  });

  await check("following: Apollo Client's subscription link is told", () =>
    followed(
      (found, since) => {
        const socket = createWsClient({ url, webSocketImpl: WebSocket });
        const link = ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(socket), new HttpLink({ uri: http }));
        const client = new ApolloClient({ link, cache: new InMemoryCache() });
        const followed = client.subscribe({ query: gql(FOLLOW), variables: { since }, fetchPolicy: 'no-cache' }).subscribe(found.push);
        return async () => {
          followed.unsubscribe();
          client.stop();
          await socket.dispose();
        };
      },
      'Apollo Client',
      acts,
    ));
  await check("following: urql's subscription exchange is told", () =>
    followed(
      (found, since) => {
        const socket = createWsClient({ url, webSocketImpl: WebSocket });
        const forwardSubscription = (request) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink) }),
        });
        const client = new UrqlClient({ url: http, exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })], preferGetMethod: false });
        const { unsubscribe } = pipe(client.subscription(FOLLOW, { since }), subscribe(({ data, error }) => found.push({ data, error })));
        return async () => {
          unsubscribe();
          await socket.dispose();
        };
      },
      'urql',
      acts,
    ));
  await check("following: the guide's receiver verifies webhooks with standardwebhooks", () => received(acts));
  await check("following: urql's fetch exchange is told by events", () =>
    followed(
      (found, since) => {
        const client = new UrqlClient({ url: http, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });
        const { unsubscribe } = pipe(client.subscription(FOLLOW, { since }), subscribe(({ data, error }) => found.push({ data, error })));
        return async () => unsubscribe();
      },
      'urql by events',
      acts,
    ));
}
