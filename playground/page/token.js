// The bearer token: a variable of this page and nothing else, so that it ends with the page. Never in a storage, a URL
// or a form.
let token = '';
const listeners = new Set();

export const auth = {
  get: () => token,
  set(value) {
    token = value.trim().replace(/^Bearer\s+/i, '');
    listeners.forEach((listener) => listener());
  },
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
