// Browsers, and whoever has no certificate: Connect to the gateway's edge.
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { refusalOf, withToken } from "./refusal.js";

export { createClient, refusalOf };

export function edge({ url, token, binary = false, get = false }) {
  return createConnectTransport({
    baseUrl: url,
    useBinaryFormat: binary,
    useHttpGet: get,
    interceptors: [withToken(token)],
  });
}
