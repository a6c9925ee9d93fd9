// What all servers that answer our query texts share: page sizes, cursors, instants and which fields a query selects.
// Must give the same text as ours.

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

export function pageSize(first) {
  const size = first ?? PAGE_DEFAULT;
  if (size < 0 || size > PAGE_MAX) throw new Error(`first must be from 0 to ${PAGE_MAX}`);
  return size;
}

export function connection(items, size, order) {
  const nodes = items.slice(0, size);
  const last = nodes.at(-1);
  return {
    nodes,
    pageInfo: {
      hasNextPage: items.length > size,
      endCursor: last ? Buffer.from(`${order}:${last.key}:n${last.orderKey}`).toString("base64url") : null,
    },
  };
}

export function instant(micros) {
  const second = Math.floor(micros / 1e6);
  const fraction = micros - second * 1e6;
  const whole = new Date(second * 1e3).toISOString().slice(0, 19);
  return fraction === 0 ? `${whole}Z` : `${whole}.${String(fraction).padStart(6, "0").replace(/0+$/, "")}Z`;
}

export function withOffset(local, milliseconds) {
  const minutes = Math.round((Date.parse(`${local}Z`) - milliseconds) / 6e4);
  const two = (number) => String(number).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${local}${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

export function selects(info, ...path) {
  return info.fieldNodes.some((node) => isIn(node.selectionSet, path, info.fragments));
}

function isIn(set, path, fragments) {
  const [name, ...rest] = path;
  return set.selections.some((selection) => {
    if (selection.kind === "InlineFragment") return isIn(selection.selectionSet, path, fragments);
    if (selection.kind === "FragmentSpread") return isIn(fragments[selection.name.value].selectionSet, path, fragments);
    return selection.name.value === name && (rest.length === 0 || isIn(selection.selectionSet, rest, fragments));
  });
}
