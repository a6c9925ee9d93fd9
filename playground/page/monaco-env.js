// Workers from our own files, and the one Trusted Types policy of the page: scripts only from this origin's
// worker files. Must be imported before anything of Monaco.
const files = { json: 'json.worker.js', graphql: 'graphql.worker.js' };

globalThis.trustedTypes?.createPolicy('default', {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    const target = new URL(url, location.href);
    if (target.origin === location.origin && target.pathname.endsWith('.worker.js')) return url;
    throw new TypeError('refused a script that is not one of our workers');
  },
});

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(new URL(files[label] ?? 'editor.worker.js', import.meta.url).href, { type: 'module', name: label }),
};
