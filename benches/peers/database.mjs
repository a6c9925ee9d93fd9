// The connections of the servers that write their own SQL: 16 as ours has, kept open. Instants come as RFC 3339 text in
// UTC to the microsecond, as answers show them; keys of 63 bits come as text.

import pg from "pg";

const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

pg.types.setTypeParser(TIMESTAMP, (text) => text.replace(" ", "T"));
pg.types.setTypeParser(TIMESTAMPTZ, (text) => text.replace(" ", "T").replace(/\+00$/, "Z"));

export const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 16,
  idleTimeoutMillis: 0,
  options: `-c TimeZone=UTC ${process.env.PGOPTIONS ?? ""}`,
});

export async function rows(text, values) {
  return (await pool.query(text, values)).rows;
}
