import type { Transport } from "@connectrpc/connect";

export { createClient } from "@connectrpc/connect";
export { refusalOf, type Refusal } from "./refusal.js";

export interface GrpcOptions {
  /** `127.0.0.1:7700` */
  address: string;
  /** PEM: the authority of the suite, and the program's certificate and key. */
  ca: string | Buffer;
  certificate: string | Buffer;
  key: string | Buffer;
  /** A user's token; absent: the program calls as itself. */
  token?: string;
}
/** gRPC over mutual TLS, to the gateway or to a pillar. */
export function grpc(options: GrpcOptions): Transport;
