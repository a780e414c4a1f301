// What a service says of a call that it refused.
import { ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, PreconditionFailureSchema } from "./gen/google/rpc/error_details_pb.js";

export function refusalOf(error) {
  const told = ConnectError.from(error);
  const [info] = told.findDetails(ErrorInfoSchema);
  const [request] = told.findDetails(BadRequestSchema);
  const [failure] = told.findDetails(PreconditionFailureSchema);
  return {
    code: told.code,
    message: told.rawMessage,
    reason: info?.reason ?? "",
    domain: info?.domain ?? "",
    metadata: info?.metadata ?? [],
    violations: request?.fieldViolations ?? [],
    unmet: failure?.violations ?? [],
  };
}

export function withToken(token) {
  return (next) => (request) => {
    if (token) request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}
