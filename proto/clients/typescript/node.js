// Programs: gRPC over mutual TLS, to a pillar or to the gateway.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { refusalOf, withToken } from "./refusal.js";

export { createClient, refusalOf };

export function grpc({ address, ca, certificate, key, token }) {
  return createGrpcTransport({
    baseUrl: `https://${address}`,
    nodeOptions: { ca, cert: certificate, key },
    interceptors: [withToken(token)],
  });
}
