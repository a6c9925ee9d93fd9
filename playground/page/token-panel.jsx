// How this page gets its access token: with a client's id and secret, or pasted. The secret's field is emptied as soon as
// it was used.
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Button } from '@graphiql/react';
import { auth, timeLeft } from './token.js';

const asked = { autoComplete: 'off', autoCapitalize: 'off', spellCheck: false };

function Field({ id, label, hint, value, onChange, onEnter, type = 'text' }) {
  return (
    <>
      <label className="panel-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="panel-input"
        type={type}
        {...asked}
        aria-describedby={hint && `${id}-hint`}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && onEnter()}
      />
      {hint && (
        <p className="panel-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </>
  );
}

/** The rest of a token's life, counted by the second. It is no live region: a screen reader tells it when asked. */
function Countdown({ expiresAt }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span role="timer" aria-live="off" aria-label="Time left">
      {timeLeft(expiresAt)}
    </span>
  );
}

function Current({ state }) {
  if (!state.token) {
    return (
      <div className="token-state">
        <p className="panel-lead" role="status">
          {state.hasEnded ? 'The token has ended. Requests are anonymous again.' : 'No token: requests are anonymous.'}
        </p>
      </div>
    );
  }
  return (
    <div className="token-state" data-active="true">
      <div className="token-line">
        <p className="panel-lead" role="status">
          A token is in use.
        </p>
        <Button type="button" onClick={auth.drop}>
          Drop token
        </Button>
      </div>
      <dl className="token-facts">
        <dt>Ends in</dt>
        <dd>{state.expiresAt === null ? 'not known' : <Countdown expiresAt={state.expiresAt} />}</dd>
        <dt>Scopes</dt>
        <dd>
          {state.scopes === null ? (
            'not known'
          ) : (
            <ul className="scopes" aria-label="Scopes of the token">
              {state.scopes.map((scope) => (
                <li key={scope}>{scope}</li>
              ))}
            </ul>
          )}
        </dd>
      </dl>
    </div>
  );
}

function TokenPanel() {
  const state = useSyncExternalStore(auth.subscribe, auth.get);
  const [id, setId] = useState('');
  const [secret, setSecret] = useState('');
  const [scope, setScope] = useState('');
  const [pasted, setPasted] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const isReady = id.trim() && secret.trim() && !isBusy;

  const exchange = async () => {
    if (!isReady) return;
    setBusy(true);
    setProblem('');
    const credentials = { id, secret, scope };
    setSecret('');
    try {
      await auth.exchange(credentials);
    } catch (error) {
      setProblem(error.message);
    }
    setBusy(false);
  };
  const use = () => {
    setProblem('');
    auth.use(pasted);
    setPasted('');
  };

  return (
    <section className="panel" aria-label="Access token">
      <header className="panel-title">Access token</header>
      <p className="panel-lead">
        Reading needs no token. Publishing does: it is sent with every request of this page, kept in memory only, and gone
        when the page is closed or reloaded.
      </p>
      <Current state={state} />
      <div className="panel-group" role="group" aria-labelledby="get-token">
        <h2 className="panel-heading" id="get-token">
          Get a token
        </h2>
        <Field id="client-id" label="Client id" value={id} onChange={setId} onEnter={exchange} />
        <Field
          id="client-secret"
          label="Client secret"
          type="password"
          hint="Sent to this server once. This page does not keep it."
          value={secret}
          onChange={setSecret}
          onEnter={exchange}
        />
        <Field
          id="client-scope"
          label="Scopes (optional)"
          hint="Only these, such as resources:write. Empty: all that the client holds."
          value={scope}
          onChange={setScope}
          onEnter={exchange}
        />
        <div className="panel-actions">
          <Button type="button" disabled={!isReady} onClick={exchange}>
            {isBusy ? 'Asking…' : 'Get token'}
          </Button>
        </div>
        <p className="panel-problem" role="alert">
          {problem}
        </p>
      </div>
      <div className="panel-group" role="group" aria-labelledby="paste-token">
        <h2 className="panel-heading" id="paste-token">
          Or paste one
        </h2>
        <Field id="token" label="Token" type="password" value={pasted} onChange={setPasted} onEnter={use} />
        <div className="panel-actions">
          <Button type="button" disabled={!pasted.trim()} onClick={use}>
            Use token
          </Button>
        </div>
      </div>
    </section>
  );
}

const Icon = (props) => (
  <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" {...props}>
    <circle cx="6.5" cy="10" r="3.5" />
    <path d="M10 10h7.5M14.5 10v3M17.5 10v2" />
  </svg>
);

export const TOKEN_PLUGIN = { title: 'Access token', icon: Icon, content: TokenPanel };
