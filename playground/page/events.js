// The results of a subscription as they come: Server-Sent Events in the distinct connections mode of graphql-sse. No library.

/** Whether an answer is a stream of results. */
export const isStream = (response) => response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/** An iterator of results; `return` ends the request, also while it waits for the next one. */
export function results(response, aborting) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let isOver = false;
  const end = () => {
    isOver = true;
    aborting.abort();
    return { done: true, value: undefined };
  };
  async function next() {
    while (!isOver) {
      const position = text.indexOf('\n\n');
      if (position < 0) {
        const { done, value } = await reader.read().catch(() => ({ done: true }));
        if (isOver) break;
        if (done) throw new Error('the server ended the stream; run the operation again to go on');
        text += value;
        continue;
      }
      const lines = text.slice(0, position).split('\n');
      text = text.slice(position + 2);
      const field = (name) => lines.find((line) => line.startsWith(name))?.slice(name.length).trim();
      if (field('event:') === 'complete') return end();
      if (field('event:') === 'next') return { done: false, value: JSON.parse(field('data:')) };
    }
    return { done: true, value: undefined };
  }
  return { next, return: async () => end(), [Symbol.asyncIterator]() { return this; } };
}
