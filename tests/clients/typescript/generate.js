// Writes typed documents from the exported schema and src/documents.graphql, or the file that is named; a
// document that the schema does not know ends it with an error.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { codegen } from "@graphql-codegen/core";
import * as typedDocuments from "@graphql-codegen/typed-document-node";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, parse } from "graphql";

const schemaFile = new URL("../../../gateway/schema.graphql", import.meta.url);
const documentsFile = process.argv[2] ?? new URL("src/documents.graphql", import.meta.url);
const target = new URL("src/generated/", import.meta.url);

/** Position and ids are opaque, days and moments travel as text; a scalar that is not here is an error. */
const scalars = {
  Date: "string",
  DateTime: "string",
  Digest: "string",
  Bytes: "string",
  ID: "string",
  JSON: "unknown",
  Long: "string",
  Position: "string",
  URL: "string",
  UUID: "string",
};

const schema = await readFile(schemaFile, "utf8");
const text = await codegen({
  filename: "graphql.ts",
  schema: parse(schema),
  schemaAst: buildSchema(schema),
  documents: [{ location: String(documentsFile), document: parse(await readFile(documentsFile, "utf8")) }],
  config: { scalars, strictScalars: true, useTypeImports: true },
  plugins: [{ operations: {} }, { typedDocuments: {} }],
  pluginMap: { operations, typedDocuments },
});
await mkdir(target, { recursive: true });
await writeFile(new URL("graphql.ts", target), text);
