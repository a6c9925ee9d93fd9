// All audits of the GraphQL-over-HTTP specification in the npm package graphql-http: MUST, SHOULD and MAY.
import { serverAudits } from 'graphql-http';
import { assert } from './checks.mjs';

/** How many there are in the pinned version, so that an update that drops some is seen. */
const AUDITS = 61;

export async function checkHttp({ base, check }) {
  const audits = serverAudits({ url: new URL('graphql', base).href, fetchFn: fetch });
  await check('http: the audits are all there', () => assert(audits.length === AUDITS, `${audits.length}, not ${AUDITS}`));
  for (const audit of audits) {
    await check(`http: ${audit.id} ${audit.name}`, async () => {
      const { status, reason } = await audit.fn();
      assert(status === 'ok', `${status}: ${reason}`);
    });
  }
}
