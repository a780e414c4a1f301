// What the edge of a running suite says of itself, against what it does: every operation of its OpenAPI document is
// there, and the answers of all lists are what their schemas say, with nothing beyond.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const env = process.env;
const BUILD = env.ENTENTE_BUILD;
const PARENTS = ["vendors/halden/partnerships/orvane", "vendors/halden"];

const get = async (path) => {
  const answer = await fetch(env.ENTENTE_HTTP + path);
  assert.equal(answer.status, 200, path);
  return [answer.headers.get("content-type"), Buffer.from(await answer.arrayBuffer())];
};
const post = async (path, body, token) => {
  const answer = await fetch(env.ENTENTE_HTTP + path.replace("{pillar}", "onboard"), {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
};

const [type, bytes] = await get("/openapi.json");
assert.equal(type, "application/json");
assert.ok(bytes.equals(readFileSync(`${BUILD}/reference/openapi.json`)), "it is what the build made");
const [, set] = await get("/descriptors.binpb");
assert.ok(set.equals(readFileSync(`${BUILD}/proto-gen/contract.binpb`)), "it is the set of the contracts");

const document = JSON.parse(bytes);
for (const schema of Object.values(document.components.schemas))
  if (schema.properties) schema.additionalProperties = false;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats(ajv);
for (const bits of ["int32", "int64", "uint64"]) ajv.addFormat(bits, true);
ajv.addSchema(document, "entente");
const compiled = (reference) => ajv.compile({ $ref: `entente${reference.$ref}` });
const holds = (check, value, what) => assert.ok(check(value), `${what}: ${JSON.stringify(check.errors?.slice(0, 3))}`);
const refusal = compiled({ $ref: "#/components/schemas/Error" });

const paths = Object.entries(document.paths);
assert.ok(paths.length > 100);
for (const [path] of paths) {
  const [status, body] = await post(path, {});
  assert.deepEqual([status, body.code], [401, "unauthenticated"], path);
  holds(refusal, body, path);
}
const [gone] = await post("/entente.onboard.v1.PlanService/Nothing", {});
assert.equal(gone, 404);

let elements = 0;
for (const [path, { post: operation }] of paths) {
  const request = operation.requestBody.content["application/json"].schema;
  const { properties, required } = document.components.schemas[request.$ref.split("/").pop()];
  const pattern = properties.parent?.pattern;
  const name = pattern && PARENTS.find((candidate) => new RegExp(pattern).test(candidate));
  if (!/\/List[A-Za-z]+$/.test(path) || !name || required.length > 1) continue;
  const [status, body] = await post(path, { parent: name }, env.ENTENTE_TOKEN_VENDOR);
  assert.equal(status, 200, `${path} of ${name}: ${JSON.stringify(body)}`);
  holds(compiled(operation.responses["200"].content["application/json"].schema), body, path);
  elements += Object.values(body).filter(Array.isArray).reduce((sum, list) => sum + list.length, 0);
}
assert.ok(elements > 200, `${elements} elements were looked at`);

const create = "/entente.onboard.v1.PlanService/CreatePlan";
const [status, refused] = await post(create, { parent: PARENTS[0], planId: "No Id" }, env.ENTENTE_TOKEN_VENDOR);
assert.equal(status, 400);
holds(refusal, refused, "a refusal with details");
assert.ok(refused.details.some((detail) => detail.type === "google.rpc.BadRequest"));
