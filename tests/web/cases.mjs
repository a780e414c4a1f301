// What every client of the edge must be able to do, whoever wrote it. Runs in Node and in a page.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { LedgerService, VerifyLedgerRequestSchema, VerifyLedgerResponseSchema } from "@entente/client/ledger";
import { GetPartnershipRequestSchema, PartnershipSchema, PartnershipService, PlanService } from "@entente/client/onboard";
import { refusalOf } from "@entente/client/web";
import grpcWeb from "grpc-web";

const VENDOR = "vendors/halden";
const PARTNERSHIP = `${VENDOR}/partnerships/orvane`;

const check = (holds, words) => {
  if (!holds) throw new Error(words);
};
const equal = (got, wanted, what) => check(got === wanted, `${what}: ${String(got)}, expected ${String(wanted)}`);
const bearer = (token) => (next) => (request) => {
  if (token) request.header.set("authorization", `Bearer ${token}`);
  return next(request);
};

const refusal = async (promise, what) => {
  const error = await promise.then(() => undefined, (thrown) => thrown);
  check(error, `${what}: the call was not refused`);
  return error;
};

/** Transports of Connect for browsers, by name. */
export const webTransports = {
  "connect-web, JSON": (options) => createConnectTransport(options),
  "connect-web, binary": (options) => createConnectTransport({ ...options, useBinaryFormat: true }),
  "connect-web, GET": (options) => createConnectTransport({ ...options, useHttpGet: true }),
  "connect-web, gRPC-Web": (options) => createGrpcWebTransport(options),
  "connect-web, gRPC-Web JSON": (options) => createGrpcWebTransport({ ...options, useBinaryFormat: false }),
};

/** The five things by one Connect transport. */
export async function connectCases(transport, { url, token }) {
  const made = (path, as = token) => transport({ baseUrl: url + path, interceptors: [bearer(as)] });
  const partnerships = createClient(PartnershipService, made(""));
  const ledger = createClient(LedgerService, made("/sell"));

  const partnership = await partnerships.getPartnership({ name: PARTNERSHIP });
  equal(partnership.displayName, "Halden x Orvane Global", "unary");

  let last;
  for await (const part of ledger.verifyLedger({ parent: VENDOR })) last = part;
  check(last?.complete && last.findings.length === 0, "the stream ends with a complete answer");

  const plans = createClient(PlanService, made(""));
  const refused = refusalOf(await refusal(plans.activatePlan({ name: `${PARTNERSHIP}/plans/year-one` }), "a plan in force"));
  equal(refused.code, Code.FailedPrecondition, "the code of a refusal");
  equal(`${refused.reason} of ${refused.domain}`, "INVALID_STATE of onboard.entente", "its details");
  check(refused.unmet.length > 0, "what is unmet");
  const stranger = createClient(PartnershipService, made("", ""));
  equal(ConnectError.from(await refusal(stranger.getPartnership({ name: PARTNERSHIP }), "nobody")).code, Code.Unauthenticated,
    "nobody");

  const late = refusal((async () => {
    for await (const _ of ledger.verifyLedger({ parent: VENDOR }, { timeoutMs: 1 }));
  })(), "a deadline");
  equal(ConnectError.from(await late).code, Code.DeadlineExceeded, "a deadline");

  const abort = new AbortController();
  const given = refusal((async () => {
    for await (const _ of ledger.verifyLedger({ parent: VENDOR }, { signal: abort.signal })) abort.abort();
    throw new ConnectError("it ended by itself", Code.Canceled);
  })(), "a cancellation");
  equal(ConnectError.from(await given).code, Code.Canceled, "a cancellation");
}

const method = (path, kind, request, response) => new grpcWeb.MethodDescriptor(path, kind, null, null,
  (message) => toBinary(request, message), (bytes) => fromBinary(response, bytes));

/** The same by grpc-web, which generates nothing here: its methods are described by hand. */
export async function grpcWebCases(format, { url, token }) {
  const get = method("/entente.onboard.v1.PartnershipService/GetPartnership", "unary", GetPartnershipRequestSchema,
    PartnershipSchema);
  const verify = method("/entente.ledger.v1.LedgerService/VerifyLedger", "server_streaming", VerifyLedgerRequestSchema,
    VerifyLedgerResponseSchema);
  const client = new grpcWeb.GrpcWebClientBase({ format });
  const metadata = { authorization: `Bearer ${token}` };
  const call = (called, request, headers) => new Promise((resolve, reject) => client.rpcCall(url + called.getName(),
    request, headers, called, (error, answer) => error ? reject(error) : resolve(answer)));
  const ask = (name, headers = metadata) => call(get, create(GetPartnershipRequestSchema, { name }), headers);

  equal((await ask(PARTNERSHIP)).displayName, "Halden x Orvane Global", "unary");
  const absent = await refusal(ask(`${VENDOR}/partnerships/nowhere`), "what is not there");
  equal(absent.code, grpcWeb.StatusCode.NOT_FOUND, "the code of a refusal");
  check(absent.metadata["grpc-status-details-bin"], "its details");
  equal((await refusal(ask(PARTNERSHIP, {}), "nobody")).code, grpcWeb.StatusCode.UNAUTHENTICATED, "nobody");
  const late = { ...metadata, "grpc-timeout": "1u" }; /* the edge's clock alone, as the client has none then */
  equal((await refusal(ask(PARTNERSHIP, late), "a deadline")).code, grpcWeb.StatusCode.DEADLINE_EXCEEDED, "a deadline");

  if (format === "binary") return; /* grpc-web streams as text only */
  const request = create(VerifyLedgerRequestSchema, { parent: VENDOR });
  const told = await new Promise((resolve, reject) => {
    let last;
    const stream = client.serverStreaming(`${url}/sell${verify.getName()}`, request, metadata, verify);
    stream.on("data", (part) => { last = part; });
    stream.on("error", reject);
    stream.on("end", () => resolve(last));
  });
  check(told?.complete, "the stream ends with a complete answer");
  const stream = client.serverStreaming(`${url}/sell${verify.getName()}`, request, metadata, verify);
  stream.on("data", () => stream.cancel());
}

/** Every client that runs in a page, one after the other; answers what passed. */
export async function everywhere(options) {
  const passed = [];
  const one = async (name, run) => {
    try {
      await run();
      passed.push(name);
    } catch (error) {
      throw new Error(`${name}: ${error?.message ?? error}`, { cause: error });
    }
  };
  for (const [name, transport] of Object.entries(webTransports)) await one(name, () => connectCases(transport, options));
  for (const format of ["text", "binary"]) await one(`grpc-web, ${format}`, () => grpcWebCases(format, options));
  return passed;
}
