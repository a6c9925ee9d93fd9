// The clients that the checks of publishing act as. `solidarity client create --json` makes them beside the running
// server; .ci/run shows how. One publishes, the other one reviews what the first one wrote.

const given = (name) => {
  const [id, secret] = [process.env[`SOLIDARITY_${name}_ID`], process.env[`SOLIDARITY_${name}_SECRET`]];
  return id && secret ? { id, secret } : null;
};

export const publisher = given('CLIENT');
export const reviewer = given('REVIEWER');

/** Why checks cannot run that act as these clients; null if they can. */
export function lacking(clients) {
  const names = Object.entries(clients).flatMap(([name, client]) => (client ? [] : [`SOLIDARITY_${name}_ID`, `SOLIDARITY_${name}_SECRET`]));
  return names.length ? `${names.join(' and ')} are not set` : null;
}
