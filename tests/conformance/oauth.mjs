// Three OAuth clients of others get, use, look into and give up access tokens as their own documentation says, from the
// server's metadata alone: oauth4webapi and openid-client do all of it, jose checks the tokens as RFC 9068 wants. http is
// allowed to them on loopback only.
import * as jose from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { assert } from './checks.mjs';
import { lacking, publisher } from './credentials.mjs';

const NARROW = 'content:read-drafts resources:write';
const VIEWER = '{ viewer { isAuthenticated scopes } }';
const CREATE = `mutation ($input: ResourceCreateInput!) {
  resourceCreate(input: $input) { resource { id status version } userErrors { code field message } }
}`;
const INPUT = { locale: 'en-CA', title: 'Naloxone at the library desk', category: 'HARM_REDUCTION_INFO', format: 'ARTICLE' };

const body = (query, variables) => JSON.stringify({ query, variables });
const sorted = (scopes) => scopes.split(' ').sort().join(' ');

/** What a client's own function for requests to a resource makes of a query: the answer's data. */
async function ask(request, query, variables) {
  const answer = await (await request(body(query, variables))).json();
  assert(!answer.errors, `errors: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

/** Reads who it is, and writes a draft. */
async function useToken(request, scopes) {
  const { viewer } = await ask(request, VIEWER);
  assert(viewer.isAuthenticated && sorted(viewer.scopes.join(' ')) === sorted(scopes), `viewer: ${JSON.stringify(viewer)}`);
  const { resourceCreate } = await ask(request, CREATE, { input: INPUT });
  assert(resourceCreate.userErrors.length === 0, JSON.stringify(resourceCreate.userErrors));
  assert(resourceCreate.resource.status === 'DRAFT' && resourceCreate.resource.version === 1, JSON.stringify(resourceCreate));
}

/** What a function throws; it must throw. */
async function thrown(action) {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
}

/** That a request with a revoked token is answered 401 with the challenge of RFC 6750, 3.1. */
async function isRefused(request) {
  const error = await thrown(() => request(body(VIEWER)));
  assert(error instanceof oauth.WWWAuthenticateChallengeError, `${error.name}: ${error.message}`);
  const [challenge] = error.cause;
  assert(error.status === 401 && challenge.scheme === 'bearer', `${error.status} ${challenge.scheme}`);
  assert(challenge.parameters.error === 'invalid_token', JSON.stringify(challenge.parameters));
}

const isBearer = (token) => assert(token.token_type === 'bearer' && token.expires_in > 0, JSON.stringify({ ...token, access_token: '' }));

const JSON_HEADERS = () => new Headers({ 'content-type': 'application/json' });

async function checkOauth4webapi({ base, check }) {
  const options = { [oauth.allowInsecureRequests]: true };
  const client = { client_id: publisher.id };
  const issuer = new URL(base);
  const resource = new URL('graphql', base);
  const ways = { basic: oauth.ClientSecretBasic(publisher.secret), post: oauth.ClientSecretPost(publisher.secret) };
  let server;
  const get = async (way, parameters) => {
    const response = await oauth.clientCredentialsGrantRequest(server, client, way, parameters, options);
    return oauth.processClientCredentialsResponse(server, client, response);
  };
  const request = (token) => (text) => oauth.protectedResourceRequest(token, 'POST', resource, JSON_HEADERS(), text, options);
  const introspect = async (way, token) => {
    const response = await oauth.introspectionRequest(server, client, way, token, options);
    return oauth.processIntrospectionResponse(server, client, response);
  };

  await check('oauth4webapi: the server is found by its metadata (RFC 8414)', async () => {
    const response = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' });
    server = await oauth.processDiscoveryResponse(new URL(issuer.origin), response);
  });
  await check('oauth4webapi: the resource is found by its metadata, and names the server (RFC 9728)', async () => {
    const found = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, options));
    assert(found.authorization_servers.includes(server.issuer), found.authorization_servers.join());
    assert(server.protected_resources.includes(found.resource), server.protected_resources.join());
  });
  for (const [name, way] of Object.entries(ways)) {
    await check(`oauth4webapi: ${name}: a token is got, used, looked into, given up, and refused`, async () => {
      const token = await get(way, { scope: NARROW, resource: resource.href });
      isBearer(token);
      assert(sorted(token.scope) === sorted(NARROW), token.scope);
      await useToken(request(token.access_token), NARROW);
      const before = await introspect(way, token.access_token);
      assert(before.active && before.client_id === client.client_id && before.iss === server.issuer, JSON.stringify(before));
      await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, way, token.access_token, options));
      const after = await introspect(way, token.access_token);
      assert(!after.active && Object.keys(after).length === 1, JSON.stringify(after));
      await isRefused(request(token.access_token));
    });
    await check(`oauth4webapi: ${name}: without a scope, the token has all that the client holds`, async () => {
      const token = await get(way, {});
      const held = new Set(token.scope.split(' '));
      assert(NARROW.split(' ').every((scope) => held.has(scope)) && held.size > NARROW.split(' ').length, token.scope);
    });
  }
  await check('oauth4webapi: the token is a JWT access token for this resource (RFC 9068)', async () => {
    const { access_token } = await get(ways.basic, { scope: NARROW });
    const made = new Request(resource, { headers: { authorization: `Bearer ${access_token}` } });
    const claims = await oauth.validateJwtAccessToken(server, made, resource.href, options);
    assert(claims.client_id === client.client_id && sorted(claims.scope) === sorted(NARROW), JSON.stringify(claims));
  });
  for (const [name, make] of Object.entries({ basic: oauth.ClientSecretBasic, post: oauth.ClientSecretPost })) {
    await check(`oauth4webapi: ${name}: a wrong secret is invalid_client`, async () => {
      const error = await thrown(() => get(make(`${publisher.secret}x`), {}));
      const told = error instanceof oauth.WWWAuthenticateChallengeError ? await error.response.json() : error.cause;
      assert(error.status === 401 && told.error === 'invalid_client', `${error.status} ${JSON.stringify(told)}`);
    });
  }
  const refusals = { invalid_scope: { scope: 'moon:fly' }, invalid_target: { resource: 'https://example.org/graphql' } };
  for (const [code, parameters] of Object.entries(refusals)) {
    await check(`oauth4webapi: what the client may not have is ${code}`, async () => {
      const error = await thrown(() => get(ways.basic, parameters));
      assert(error instanceof oauth.ResponseBodyError && error.error === code && error.status === 400, `${error.name} ${error.error}`);
    });
  }
}

async function checkOpenidClient({ base, check }) {
  const resource = new URL('graphql', base);
  const options = { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] };
  const discover = (way) => openid.discovery(new URL(base), publisher.id, undefined, way, options);
  const ways = { basic: openid.ClientSecretBasic, post: openid.ClientSecretPost };
  for (const [name, way] of Object.entries(ways)) {
    await check(`openid-client: ${name}: a token is got, used, looked into, given up, and refused`, async () => {
      const config = await discover(way(publisher.secret));
      const token = await openid.clientCredentialsGrant(config, { scope: NARROW, resource: resource.href });
      isBearer(token);
      assert(sorted(token.scope) === sorted(NARROW), token.scope);
      const request = (text) => openid.fetchProtectedResource(config, token.access_token, resource, 'POST', text, JSON_HEADERS());
      await useToken(request, NARROW);
      const { active, scope } = await openid.tokenIntrospection(config, token.access_token);
      assert(active && sorted(scope) === sorted(NARROW), `${active} ${scope}`);
      await openid.tokenRevocation(config, token.access_token);
      assert(!(await openid.tokenIntrospection(config, token.access_token)).active, 'it is still active');
      await isRefused(request);
    });
    await check(`openid-client: ${name}: a wrong secret is invalid_client`, async () => {
      const config = await discover(way(`${publisher.secret}x`));
      const error = await thrown(() => openid.clientCredentialsGrant(config));
      const told = error instanceof openid.WWWAuthenticateChallengeError ? await error.response.json() : error;
      assert(error.status === 401 && told.error === 'invalid_client', `${error.status} ${told.error}`);
    });
  }
}

/** A token by nothing but fetch. */
async function plainToken(base) {
  const form = { grant_type: 'client_credentials', client_id: publisher.id, client_secret: publisher.secret, scope: NARROW };
  const response = await fetch(new URL('oauth/token', base), { method: 'POST', body: new URLSearchParams(form) });
  assert(response.status === 200 && response.headers.get('cache-control') === 'no-store', `${response.status}`);
  return (await response.json()).access_token;
}

async function checkJose({ base, check }) {
  const resource = new URL('graphql', base).href;
  const keys = jose.createRemoteJWKSet(new URL('oauth/jwks', base));
  const expected = { issuer: new URL(base).origin, audience: resource, typ: 'at+jwt', algorithms: ['ES256'], maxTokenAge: '10 minutes' };
  let token;
  await check('jose: the token verifies against the published keys as RFC 9068 wants', async () => {
    token = await plainToken(base);
    const requiredClaims = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti', 'scope'];
    const { payload, protectedHeader } = await jose.jwtVerify(token, keys, { ...expected, requiredClaims });
    assert(protectedHeader.kid, 'the header names no key');
    assert(payload.client_id === publisher.id && payload.sub === publisher.id, JSON.stringify(payload));
    assert(payload.exp - payload.iat === 600, `it lives ${payload.exp - payload.iat} s`);
  });
  await check('jose: no published key has a private part', async () => {
    const { keys: published } = await (await fetch(new URL('oauth/jwks', base))).json();
    assert(published.length > 0 && published.every((key) => key.kty === 'EC' && !('d' in key)), JSON.stringify(published));
  });
  for (const [name, value] of Object.entries({ audience: 'https://example.org', issuer: 'https://example.org', typ: 'JWT' })) {
    await check(`jose: the token is not taken for another ${name}`, () => thrown(() => jose.jwtVerify(token, keys, { ...expected, [name]: value })).then(() => {}));
  }
  await check('jose: a changed token is not taken, by jose nor by the server', async () => {
    const [header, payload, signature] = token.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url')), scope: 'clients:manage' };
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const error = await thrown(() => jose.jwtVerify(forged, keys, expected));
    assert(error instanceof jose.errors.JWSSignatureVerificationFailed, error.name);
    const headers = { authorization: `Bearer ${forged}`, 'content-type': 'application/json' };
    const response = await fetch(resource, { method: 'POST', headers, body: body(VIEWER) });
    assert(response.status === 401, `${response.status}`);
    assert(response.headers.get('www-authenticate').includes('error="invalid_token"'), response.headers.get('www-authenticate'));
  });
}

export async function checkOauth({ base, check, skip }) {
  const reason = lacking({ CLIENT: publisher });
  if (reason) return skip('oauth: three OAuth clients get, use and give up tokens', reason);
  await checkOauth4webapi({ base, check });
  await checkOpenidClient({ base, check });
  await checkJose({ base, check });
}
