import type { Transport } from "@connectrpc/connect";

export { createClient } from "@connectrpc/connect";
export { refusalOf, type Refusal } from "./refusal.js";

export interface EdgeOptions {
  /** `http://127.0.0.1:7780` */
  url: string;
  /** A user's token. */
  token?: string;
  /** Messages as bytes in place of JSON. */
  binary?: boolean;
  /** Calls methods that only read by GET. */
  get?: boolean;
}
/** Connect over HTTP to the gateway's edge, with fetch(). */
export function edge(options: EdgeOptions): Transport;
