// The access token: a variable of this page and nothing else, so that it ends with the page. Never in a storage, a URL or
// a form. A client's secret passes through to the server in the body of one request and is not kept at all.
const NONE = Object.freeze({ token: '', scopes: null, expiresAt: null, hasEnded: false });
const PATIENCE_MS = 15_000;

let state = NONE;
let end;
const listeners = new Set();

function set(next) {
  clearTimeout(end);
  state = Object.freeze({ ...NONE, ...next });
  if (state.expiresAt !== null) end = setTimeout(() => set({ hasEnded: true }), Math.max(0, state.expiresAt - Date.now()));
  listeners.forEach((listener) => listener());
}

const scopesOf = (text) => (typeof text === 'string' ? text.split(' ').filter(Boolean) : null);

/** What a token says of itself, to be shown only: whether it is true, the server decides. */
function claims(token) {
  try {
    const text = atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    const { scope, exp } = JSON.parse(text);
    return { scopes: scopesOf(scope), expiresAt: Number.isFinite(exp) ? exp * 1000 : null };
  } catch {
    return {};
  }
}

/** What a refusal of the token endpoint (RFC 6749, 5.2) means to a person. */
function explain(response, { error, error_description: description }) {
  const wait = response.headers.get('Retry-After');
  if (response.status === 429) return `Too many failed attempts from this address. Try again in ${wait ?? 60} seconds.`;
  if (error === 'invalid_client') return 'There is no enabled client of this id and secret. Check both; the secret was shown once, when it was made.';
  if (error === 'invalid_scope') return 'The client does not hold every scope asked for. Leave the scopes empty for all that it holds.';
  return `The server gave no token: ${description ?? error ?? response.status}.`;
}

export const auth = {
  /** `{token, scopes, expiresAt, hasEnded}`: scopes and milliseconds are null if the token does not say. */
  get: () => state,

  /** Takes a token that was got elsewhere. */
  use(text) {
    const token = text.trim().replace(/^Bearer\s+/i, '');
    const said = claims(token);
    if (token) set(said.expiresAt !== null && said.expiresAt <= Date.now() ? { hasEnded: true } : { token, ...said });
  },

  /** Gets a token with a client's credentials (RFC 6749, 4.4); throws a sentence for people. */
  async exchange({ id, secret, scope = '' }) {
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id.trim(), client_secret: secret.trim() });
    if (scope.trim()) form.set('scope', scope.trim().split(/[\s,]+/).join(' '));
    let response;
    let answer;
    try {
      response = await fetch(new URL('oauth/token', document.baseURI), {
        method: 'POST',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        cache: 'no-store',
        headers: { Accept: 'application/json' },
        body: form,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      answer = await response.json();
    } catch {
      throw new Error('The server did not answer as expected. Is it running, and is this page still connected to it?');
    }
    if (!response.ok) throw new Error(explain(response, answer));
    const { access_token: token, scope: given, expires_in: seconds } = answer;
    set({ token, scopes: scopesOf(given), expiresAt: Number.isFinite(seconds) ? Date.now() + seconds * 1000 : null });
  },

  drop: () => set({}),

  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** What is left of a token's life, as `9:07`. */
export function timeLeft(expiresAt) {
  const seconds = Math.max(0, Math.ceil((expiresAt - Date.now()) / 1000));
  const minutes = Math.floor(seconds / 60);
  const two = (number) => String(number).padStart(2, '0');
  return minutes < 60 ? `${minutes}:${two(seconds % 60)}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
