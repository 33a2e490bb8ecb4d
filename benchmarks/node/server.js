// Serves PostGraphile on schemas of ours as they are; what SETTINGS tags gives tables relations and short names.
// More than one process share the port, as Node's cluster does it.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

const { connectionString, schemas, tags, port, poolMax, processes } = JSON.parse(process.env.SETTINGS);

const preset = {
  extends: [PostGraphileAmberPreset],
  // It would leave out whatever no index serves; here all is read by the first column of a primary key.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  plugins: [jsonPgSmartTags({ version: 1, config: { class: tags } })],
  pgServices: [makePgService({ connectionString, schemas, poolConfig: { max: poolMax } })],
  schema: { defaultBehavior: "-insert -update -delete -connection list" },
  grafserv: { watch: false, graphiql: false },
};

async function serve() {
  const server = createServer();
  server.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
  await postgraphile(preset).createServ(grafserv).addTo(server);
  server.listen(port, "127.0.0.1", () => {
    if (cluster.isPrimary) console.log("ready");
  });
}

function serveTogether() {
  let listening = 0;
  cluster.on("listening", () => {
    listening += 1;
    if (listening === processes) console.log("ready");
  });
  cluster.on("exit", () => process.exit(1));
  for (let number = 0; number < processes; number += 1) cluster.fork();
}

if (cluster.isPrimary && processes > 1) serveTogether();
else await serve();
