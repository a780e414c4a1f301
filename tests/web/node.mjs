// Clients for Node against the edge: those of pages, with fetch() and an XMLHttpRequest, and those of programs.
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import xhr2 from "xhr2";
import { connectCases, everywhere } from "./cases.mjs";

globalThis.XMLHttpRequest = xhr2;
const options = { url: process.env.ENTENTE_HTTP, token: process.env.ENTENTE_TOKEN_VENDOR };
const transports = {
  "connect-node, JSON": (given) => createConnectTransport({ ...given, httpVersion: "1.1", useBinaryFormat: false }),
  "connect-node, gzip": (given) => createConnectTransport({ ...given, httpVersion: "1.1", compressMinBytes: 0 }),
  "connect-node, gRPC-Web": (given) => createGrpcWebTransport({ ...given, httpVersion: "1.1" }),
};
const passed = await everywhere(options);
for (const [name, transport] of Object.entries(transports)) {
  await connectCases(transport, options).catch((error) => {
    throw new Error(`${name}: ${error.message}`, { cause: error });
  });
  passed.push(name);
}
console.log(passed.join("\n"));
process.exit(0); /* grpc-web leaves what it cancelled open */
