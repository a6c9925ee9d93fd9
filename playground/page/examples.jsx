// The example library: one list of runnable operations, the same that the server's tests execute.
import { useState } from 'react';
import { parse } from 'graphql';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

const answer = await fetch(new URL('examples.json', import.meta.url));

export const LIBRARY = await answer.json();

const total = LIBRARY.reduce((sum, group) => sum + group.items.length, 0);

/** The variables as JSON, with short lists on one line. */
export const variablesOf = (item) =>
  item.variables
    ? JSON.stringify(item.variables, null, 2).replace(/\[\s+([^[\]{}]{1,60}?)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, ' ')}]`)
    : '';

const matches = (item, words) => {
  const text = `${item.title} ${item.description} ${item.query}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** A description with what stands between backticks set as code. */
const withCode = (text) => text.split('`').map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part));

/** Opens an example in its tab, or in a new one, and runs it. */
function useOpen() {
  const actions = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
  }));
  return (item) => {
    if (!queryEditor) return;
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
    actions.run();
    if (matchMedia('(max-width: 760px)').matches) {
      document.querySelector('.graphiql-session-header')?.scrollIntoView({ block: 'start' });
    }
  };
}

function Examples() {
  const open = useOpen();
  const current = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query);
  const [filter, setFilter] = useState('');
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = LIBRARY.map((group) => ({ ...group, items: group.items.filter((item) => matches(item, words)) })).filter(
    (group) => group.items.length > 0,
  );
  return (
    <section className="panel" aria-label="Examples">
      <header className="panel-title">
        Examples <span className="panel-count">{total}</span>
      </header>
      <p className="panel-lead">Each one opens in a tab and runs on this server.</p>
      <input
        className="panel-input"
        type="search"
        placeholder="Filter: region, drug alert, French…"
        aria-label="Filter the examples"
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
      />
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
                onClick={() => open(item)}
              >
                <span className="example-title">{item.title}</span>
                <span className="example-description">{withCode(item.description)}</span>
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
