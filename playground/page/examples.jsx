// The example library: one list of runnable operations, the same that the server's tests execute.
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { parse } from 'graphql';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { scopesOf, variablesOf, whyNotRun } from './library.js';
import { auth } from './token.js';

const answer = await fetch(new URL('examples.json', import.meta.url));

export const LIBRARY = await answer.json();

const total = LIBRARY.reduce((sum, group) => sum + group.items.length, 0);

const matches = (item, words) => {
  const text = `${item.title} ${item.description} ${item.query} ${scopesOf(item).join(' ')}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** A description with what stands between backticks set as code. */
const withCode = (text) => text.split('`').map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part));

/** Opens an example in its tab, or in a new one, and runs it; answers why it was not run, if it was not. */
function useOpen() {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  return (item) => {
    if (!queryEditor) return null;
    const opened = tabs.findIndex((tab) => tab.query === item.query);
    if (opened === -1) actions.addTab();
    else if (opened !== activeTabIndex) actions.changeTab(opened);

    queryEditor.setValue(item.query);
    variableEditor?.setValue(variablesOf(item));
    // The editor reports its operations a moment later; running before that would send the previous tab's name.
    const documentAST = parse(item.query);
    const operations = documentAST.definitions.filter(({ kind }) => kind === 'OperationDefinition');
    const operationName = operations[0]?.name?.value;
    actions.setOperationFacts({ documentAST, operationName, operations });
    actions.updateActiveTabValues({ query: item.query, variables: variablesOf(item), operationName });
    const reason = whyNotRun(item, auth.get());
    if (reason) return reason;
    actions.run();
    if (matchMedia('(max-width: 760px)').matches) {
      document.querySelector('.graphiql-session-header')?.scrollIntoView({ block: 'start' });
    }
    return null;
  };
}

/** What an example needs, as badges. */
const Scopes = ({ scopes }) =>
  scopes.length > 0 && (
    <span className="scopes">
      <span className="scopes-lead">needs</span>
      {scopes.map((scope) => (
        <span key={scope} className="scope">
          {scope}
        </span>
      ))}
    </span>
  );

/** Why the example that was clicked last was not run, and the way on. */
function Notice({ notice }) {
  const { setVisiblePlugin } = useGraphiQLActions();
  const { token } = useSyncExternalStore(auth.subscribe, auth.get);
  const place = useRef(null);
  useEffect(() => {
    if (notice) place.current?.scrollIntoView({ block: 'nearest' });
  }, [notice]);
  return (
    <div className="notice-place" role="status" ref={place}>
      {notice && (
        <div className="notice">
          <p className="panel-lead">{notice}</p>
          {!token && (
            <button type="button" className="graphiql-button" onClick={() => setVisiblePlugin('Access token')}>
              Get a token
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Examples() {
  const open = useOpen();
  const current = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query);
  const [filter, setFilter] = useState('');
  const [notice, setNotice] = useState(null);
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = LIBRARY.map((group) => ({ ...group, items: group.items.filter((item) => matches(item, words)) })).filter(
    (group) => group.items.length > 0,
  );
  return (
    <section className="panel" aria-label="Examples">
      <header className="panel-title">
        Examples <span className="panel-count">{total}</span>
      </header>
      <p className="panel-lead">
        Each one opens in a tab. What only reads runs at once on this server; what changes something waits for you to run it.
      </p>
      <input
        className="panel-input"
        type="search"
        placeholder="Filter: region, drug alert, French…"
        aria-label="Filter the examples"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
      <Notice notice={notice} />
      <div className="examples">
        {groups.map((group) => (
          <div key={group.group} role="group" aria-label={group.group}>
            <h2 className="examples-group">{group.group}</h2>
            {group.items.map((item) => (
              <button
                key={item.title}
                type="button"
                className="example"
                aria-current={item.query === current ? 'true' : undefined}
                onClick={() => setNotice(open(item))}
              >
                <span className="example-title">{item.title}</span>
                <span className="example-description">{withCode(item.description)}</span>
                <Scopes scopes={scopesOf(item)} />
              </button>
            ))}
          </div>
        ))}
        {groups.length === 0 && <p className="panel-lead">No example has these words.</p>}
      </div>
      <footer className="panel-foot">
        <a href="plain">Plain page</a> <a href="playground/THIRD-PARTY.txt">Licences</a>
      </footer>
    </section>
  );
}

const Icon = (props) => (
  <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" {...props}>
    <path d="M3 3.5h5.2c1 0 1.8.8 1.8 1.8V17c0-.9-.9-1.5-1.8-1.5H3zM17 3.5h-5.2c-1 0-1.8.8-1.8 1.8V17c0-.9.9-1.5 1.8-1.5H17z" />
  </svg>
);

export const EXAMPLES_PLUGIN = { title: 'Examples', icon: Icon, content: Examples };
