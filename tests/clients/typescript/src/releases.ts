// Follows releases, and prints one line of JSON for each: `node dist/releases.js` with IPP_URL and IPP_TOKEN
// of somebody in the role HR, and with IPP_AFTER, the id of the last release that was seen, if there is one.
import { connect, releases } from "./client.js";

const { IPP_URL: url, IPP_TOKEN: token, IPP_AFTER: after } = process.env;
if (!url || !token) throw new Error("Set IPP_URL and IPP_TOKEN.");

const connected = () => console.log(JSON.stringify({ connected: true }));
for await (const release of releases(connect({ url, token, role: "HR", connected }), after ?? null)) {
  const { id, epoch, held, cells } = release;
  const shown = cells.filter(({ holders }) => holders !== null).map(({ cluster }) => cluster.name.nl);
  console.log(JSON.stringify({ id, epoch, held, shown }));
}
