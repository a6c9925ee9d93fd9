// A place to type a bearer token for the requests of this page.
import { useState, useSyncExternalStore } from 'react';
import { Button } from '@graphiql/react';
import { auth } from './token.js';

function TokenPanel() {
  const token = useSyncExternalStore(auth.subscribe, auth.get);
  const [draft, setDraft] = useState('');
  const use = () => {
    auth.set(draft);
    setDraft('');
  };
  return (
    <section className="panel" aria-label="Access token">
      <header className="panel-title">Access token</header>
      <p className="panel-lead">
        Reading needs no token. A publisher's token is sent with every request of this page as{' '}
        <code>Authorization: Bearer</code>. It is kept in memory only and is gone when the page is closed or reloaded.
      </p>
      <label className="panel-label" htmlFor="token">
        Token
      </label>
      <input
        id="token"
        className="panel-input"
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && use()}
      />
      <div className="panel-actions">
        <Button type="button" disabled={!draft.trim()} onClick={use}>
          Use token
        </Button>
        <Button type="button" disabled={!token} onClick={() => auth.set('')}>
          Drop token
        </Button>
      </div>
      <p className="panel-lead" role="status">
        {token ? `A token of ${token.length} characters is in use.` : 'No token: requests are anonymous.'}
      </p>
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
