// Usage: openapi.mjs DOCUMENT: valid as OpenAPI 3.1, every schema compiles, and a few say what they should.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import formats from "ajv-formats";

const document = JSON.parse(readFileSync(process.argv[2]));
const validator = new Validator();
const result = await validator.validate(structuredClone(document));
assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
assert.equal(validator.version, "3.1");

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats(ajv);
for (const bits of ["int32", "int64", "uint64"]) ajv.addFormat(bits, true);
ajv.addSchema(document, "entente");
const schema = (name) => ajv.compile({ $ref: `entente#/components/schemas/${name}` });
const names = Object.keys(document.components.schemas);
for (const name of names) schema(name);

const operations = Object.values(document.paths).map((path) => path.post);
assert.equal(new Set(operations.map((operation) => operation.operationId)).size, operations.length);
assert.ok(operations.length > 100 && names.length > 200, "all methods are there");
for (const operation of operations) {
  assert.ok(operation.description && ["read", "write"].includes(operation["x-effect"]), operation.operationId);
  assert.deepEqual(operation.security, [{ bearer: [] }], operation.operationId);
}

const create = schema("entente.onboard.v1.CreatePlanRequest");
const period = { startTime: "2026-01-01T00:00:00Z", endTime: "2027-01-01T00:00:00Z" };
const plan = { title: "Year one", terms: { period } };
const good = { parent: "vendors/halden/partnerships/orvane", planId: "year-one", plan };
const refused = (change, why) => assert.ok(!create({ ...good, ...change }), why);
assert.ok(create(good), JSON.stringify(create.errors));
assert.ok(create({ ...good, planId: "" }), "an optional pattern lets an empty string pass");
refused({ parent: undefined }, "a required field");
refused({ parent: "vendors/halden" }, "the name of another kind of resource");
refused({ planId: "Year One" }, "a pattern");
refused({ planned: true }, "an unknown field");
refused({ plan: { terms: { period: { ...period, endTime: "2027" } } } }, "what is no time");
refused({ plan: { title: "x".repeat(2000) } }, "too long a text");
assert.deepEqual(document.components.schemas["entente.type.v1.Money"].properties.amountMinor.type, "string");

const error = schema("Error");
assert.ok(error({ code: "not_found", message: "no such plan", details: [{ type: "google.rpc.ErrorInfo", value: "CgE" }] }));
assert.ok(!error({ code: null }));

// POSIX's classes within brackets are not those of JSON Schema.
const patterns = JSON.stringify(document).match(/"pattern":"(?:[^"\\]|\\.)*"/g);
assert.ok(patterns.length > 100 && !patterns.some((pattern) => pattern.includes("[:")), "no class of POSIX is left");
