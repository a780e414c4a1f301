// gRPC for Node (@grpc/grpc-js), its health client and a reflection client against a running suite, which the
// variables of local.env name. Contracts come by reflection, so that nothing is known here beforehand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";
import { service as healthService } from "grpc-health-check";
import { GrpcReflection } from "grpc-js-reflection-client";
import protobuf from "protobufjs";

const env = process.env;
const PROTO = `${env.ENTENTE_SOURCE}/proto`;
const PARTNERSHIP = "vendors/halden/partnerships/orvane";
const pem = (name) => readFileSync(env[name]);
const credentials = grpc.credentials.createSsl(pem("ENTENTE_CA"), pem("ENTENTE_KEY"), pem("ENTENTE_CERT"));
const address = { gateway: env.ENTENTE_GRPC, onboard: env.ENTENTE_ONBOARD, enable: env.ENTENTE_ENABLE };

const headers = (token) => {
  const made = new grpc.Metadata();
  if (token) made.set("authorization", `Bearer ${token}`);
  return made;
};
const asVendor = headers(env.ENTENTE_TOKEN_VENDOR);
const within = (ms) => ({ deadline: Date.now() + ms });

/** A client of a service whose contract the server itself told, by either version of reflection. */
async function clientOf(at, name, version = "v1") {
  const reflection = new GrpcReflection(at, credentials, {}, version);
  const listed = await reflection.listServices();
  assert.ok(listed.includes(name), `${at} lists ${name}: ${listed}`);
  const descriptor = await reflection.getDescriptorBySymbol(name);
  const definition = descriptor.getPackageDefinition({ enums: String, longs: String, defaults: true })[name];
  assert.ok(definition, `${name} is in the package definition`);
  const Client = grpc.makeGenericClientConstructor(definition, name);
  return new Client(at, credentials);
}

const unary = (client, method, request, metadata = asVendor, options = within(10000)) =>
  new Promise((resolve, reject) =>
    client[method](request, metadata, options, (error, answer) => (error ? reject(error) : resolve(answer))));

const refused = async (promise) => {
  const error = await promise.then(() => null, (thrown) => thrown);
  assert.ok(error, "the call was not refused");
  return error;
};

/** google.rpc.Status of a refusal, its details by their type's last name. */
function detailsOf(error) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  assert.ok(bytes, "details are there");
  const root = protobuf.loadSync(["status", "error_details"].map((name) => `${PROTO}/google/rpc/${name}.proto`));
  const status = root.lookupType("google.rpc.Status").decode(bytes);
  return Object.fromEntries(status.details.map((any) => {
    const name = (any.typeUrl ?? any.type_url).split("/").pop();
    return [name.split(".").pop(), root.lookupType(name).decode(any.value)];
  }));
}

async function unaryStreamAndError() {
  const plans = await clientOf(address.onboard, "entente.onboard.v1.PlanService");
  const plan = await unary(plans, "GetPlan", { name: `${PARTNERSHIP}/plans/year-one` });
  assert.equal(plan.state, "STATE_ACTIVE");
  const bad = await refused(unary(plans, "CreatePlan", { parent: PARTNERSHIP, plan_id: "No Id" }));
  assert.equal(bad.code, grpc.status.INVALID_ARGUMENT);
  const fields = detailsOf(bad).BadRequest.fieldViolations.map((violation) => violation.field);
  assert.ok(fields.includes("plan_id") && fields.includes("plan"), `every violation: ${fields}`);
  const state = await refused(unary(plans, "ActivatePlan", { name: plan.name }));
  assert.equal(state.code, grpc.status.FAILED_PRECONDITION);
  assert.equal(detailsOf(state).ErrorInfo.reason, "INVALID_STATE");
  const nobody = await refused(unary(plans, "GetPlan", { name: plan.name }, headers("")));
  assert.equal(nobody.code, grpc.status.UNAUTHENTICATED);

  const ledger = await clientOf(address.enable, "entente.ledger.v1.LedgerService", "v1alpha");
  const parts = [];
  for await (const part of ledger.VerifyLedger({ parent: "vendors/halden" }, asVendor, within(30000))) parts.push(part);
  assert.deepEqual(parts.map((part) => part.complete), parts.map((part, i) => i === parts.length - 1));
  assert.deepEqual(parts.at(-1).findings, []);
}

async function gatewayViewsAndPassesOn() {
  const views = await clientOf(address.gateway, "entente.gateway.v1.PerformanceService");
  const view = await unary(views, "GetPartnershipPerformance", { name: PARTNERSHIP });
  assert.equal(view.sections.length, 5);
  const late = await refused(unary(views, "GetPartnershipPerformance", { name: PARTNERSHIP }, asVendor, within(0)));
  assert.equal(late.code, grpc.status.DEADLINE_EXCEEDED);
}

async function healthDeadlineAndCancellation() {
  const Health = grpc.makeGenericClientConstructor(healthService, "health");
  for (const at of Object.values(address)) {
    const health = new Health(at, credentials);
    assert.equal((await unary(health, "check", { service: "" }, headers(""))).status, "SERVING");
    const unknown = await refused(unary(health, "check", { service: "nobody" }, headers("")));
    assert.equal(unknown.code, grpc.status.NOT_FOUND);
  }
  const health = new Health(address.onboard, credentials);
  const ended = async (watch, then = () => {}) => {
    const seen = [];
    try {
      for await (const answer of watch) {
        seen.push(answer.status);
        then();
      }
    } catch (error) {
      return [seen, error.code];
    }
    return [seen, grpc.status.OK];
  };
  const late = health.watch({ service: "" }, headers(""), within(500));
  assert.deepEqual(await ended(late), [["SERVING"], grpc.status.DEADLINE_EXCEEDED]);
  const cut = health.watch({ service: "" }, headers(""), within(30000));
  assert.deepEqual(await ended(cut, () => cut.cancel()), [["SERVING"], grpc.status.CANCELLED]);
}

for (const test of [unaryStreamAndError, gatewayViewsAndPassesOn, healthDeadlineAndCancellation]) {
  try {
    await test();
  } catch (error) {
    console.error(`${test.name}: ${error.stack}`);
    process.exit(1);
  }
}
process.exit(0);
