// The playground page: GraphiQL with the example library, a token panel and "forget everything".
import './monaco-env.js';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { ToolbarButton, useGraphiQL } from '@graphiql/react';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './phone.css';
import { EXAMPLES_PLUGIN, LIBRARY } from './examples.jsx';
import { variablesOf } from './library.js';
import { TOKEN_PLUGIN } from './token-panel.jsx';
import { forgetEverything, storage } from './storage.js';
import { fetcher } from './fetcher.js';

const PLUGINS = [EXAMPLES_PLUGIN, TOKEN_PLUGIN, HISTORY_PLUGIN];
const [first] = LIBRARY[0].items;
const FIRST_TAB = [{ query: first.query, variables: variablesOf(first) }];
// GraphiQL shows the query of a default tab and leaves its variables out, so that they are given once more.
const FIRST_VARIABLES = storage.getItem('tabState') ? undefined : variablesOf(first);

/** Editors in the reader's own monospace font, at a size that shows a whole example, without sideways scrolling. */
function EditorFont() {
  const editors = useGraphiQL((state) => ({
    query: state.queryEditor,
    variables: state.variableEditor,
    headers: state.headerEditor,
    response: state.responseEditor,
  }));
  useEffect(() => {
    for (const editor of Object.values(editors)) {
      editor?.updateOptions({
        fontSize: 13,
        fontFamily: 'ui-monospace, monospace',
        wordWrap: 'on',
        scrollbar: { verticalScrollbarSize: 8, horizontalScrollbarSize: 8 },
      });
    }
    editors.response?.updateOptions({ placeholder: 'Run the query to see its answer.' });
  }, [editors.query, editors.variables, editors.headers, editors.response]);
  return null;
}

const ForgetIcon = () => (
  <svg className="graphiql-toolbar-icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6">
    <path d="M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11M8.4 8.5v5M11.6 8.5v5" strokeLinecap="round" />
  </svg>
);

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
    inputValueDeprecation
    schemaDescription
    maxHistoryLength={20}
    plugins={PLUGINS}
    visiblePlugin={EXAMPLES_PLUGIN}
    defaultTabs={FIRST_TAB}
    initialVariables={FIRST_VARIABLES}
    defaultEditorToolsVisibility="variables"
  >
    <GraphiQL.Logo>solidarity</GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, merge, copy }) => (
        <>
          {prettify}
          {merge}
          {copy}
          <ToolbarButton label="Forget everything" onClick={forgetEverything}>
            <ForgetIcon />
          </ToolbarButton>
        </>
      )}
    </GraphiQL.Toolbar>
    <EditorFont />
  </GraphiQL>,
);
