import type { Code, Interceptor } from "@connectrpc/connect";
import type {
  BadRequest_FieldViolation,
  ErrorInfo,
  PreconditionFailure_Violation,
} from "./gen/google/rpc/error_details_pb.js";

/** Why a call was refused. Lists are empty, and texts "", where the service told nothing. */
export interface Refusal {
  code: Code;
  message: string;
  /** Such as `INVALID_STATE`; stable, unlike the message. */
  reason: string;
  /** Which service: `onboard.entente`. */
  domain: string;
  metadata: ErrorInfo["metadata"];
  /** Everything that is wrong with the request. */
  violations: BadRequest_FieldViolation[];
  /** What has to hold first. */
  unmet: PreconditionFailure_Violation[];
}
/** Of whatever a call threw. */
export function refusalOf(error: unknown): Refusal;
/** Sends a token with every call. */
export function withToken(token: string | undefined): Interceptor;
