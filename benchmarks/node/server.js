// Serves PostGraphile on schemas of ours as they are; what SETTINGS tags gives tables relations and short names.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

const { connectionString, schemas, tags, port, poolMax } = JSON.parse(process.env.SETTINGS);

const preset = {
  extends: [PostGraphileAmberPreset],
  // It would leave out whatever no index serves; here all is read by the first column of a primary key.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  plugins: [jsonPgSmartTags({ version: 1, config: { class: tags } })],
  pgServices: [makePgService({ connectionString, schemas, poolConfig: { max: poolMax } })],
  schema: { defaultBehavior: "-insert -update -delete -connection list" },
  grafserv: { watch: false, graphiql: false },
};

const server = createServer();
server.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(port, "127.0.0.1", () => console.log("ready"));
