// What the page runs.
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { LedgerService } from "@entente/client/ledger";
import { everywhere } from "./cases.mjs";

window.everywhere = everywhere;
/** Begins a stream that goes on until the page is gone; answers once its first message is there. */
window.stay = async ({ url, token }) => {
  const transport = createConnectTransport({ baseUrl: `${url}/sell`,
    interceptors: [(next) => (request) => {
      request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    }] });
  const stream = createClient(LedgerService, transport).verifyLedger({ parent: "vendors/halden" });
  await stream[Symbol.asyncIterator]().next();
};
window.tryFetch = (url) => fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
  .then((answer) => `status ${answer.status}`, (error) => `${error.name}`);
document.title = "ready";
