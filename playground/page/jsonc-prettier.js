// Stands in for prettier's babel parser and estree printer, which GraphiQL uses only to indent JSON variables.
import { applyEdits, format } from 'jsonc-parser';

const options = { tabSize: 2, insertSpaces: true };

export const parsers = {
  jsonc: {
    astFormat: 'jsonc-text',
    parse: (text) => ({ text }),
    locStart: () => 0,
    locEnd: (node) => node.text.length,
  },
};

export const printers = {
  'jsonc-text': { print: ({ node }) => applyEdits(node.text, format(node.text, undefined, options)) },
};
