#include "incentivize/account.h"
#include "incentivize/cadence.h"
#include "incentivize/kinds.h"
#include "incentivize/line_state.h"
#include "incentivize/posting.h"
#include "incentivize/service.h"
#include "incentivize/statement.h"
#include "runtime/base/name.h"
#include "runtime/feed/directory.h"
#include "runtime/rpc/resource.h"

#include "entente/incentivize/v1/statement_service.pb-c.h"

/* Stages a changed statement as the answer. */
static struct record *stage(struct call *call, const char *type, Incentivize__Statement *statement,
                            Incentivize__Statement *out) {
  struct record *record = resource_change(call_txn(call), &kind_statement, statement, type);
  *out = *statement;
  return record;
}

const struct status *statement_get(struct call *call, const void *in, void *out) {
  const Incentivize__GetStatementRequest *request = in;
  Incentivize__Statement *statement;
  const struct status *status = resource_read(call, &kind_statement, request->name, &statement);
  if (status)
    return status;
  *(Incentivize__Statement *)out = *statement;
  return NULL;
}

const struct status *statement_list(struct call *call, const void *in, void *out) {
  const Incentivize__ListStatementsRequest *request = in;
  Incentivize__ListStatementsResponse *response = out;
  struct list_query query = {
      .kind = &kind_statement,
      .index = "period",
      .partition = request->parent,
      .scope = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  if (request->state) {
    query.index = "state";
    query.partition = partition_statement_state(call_arena(call), request->parent, (int)request->state);
  }
  struct list_page page;
  const struct status *status = resource_list(call, query, "", &page);
  if (status)
    return status;
  resource_page(response, &page);
  return NULL;
}

const struct status *statement_lines_list(struct call *call, const void *in, void *out) {
  const Incentivize__ListStatementLinesRequest *request = in;
  Incentivize__ListStatementLinesResponse *response = out;
  Incentivize__Statement *statement;
  const struct status *status = resource_read(call, &kind_statement, request->parent, &statement);
  if (status)
    return status;
  struct list_page page;
  status = resource_list(call,
                         (struct list_query){
                             .kind = &kind_earning,
                             .index = "statement",
                             .partition = request->parent,
                             .scope = request->parent,
                             .page_size = request->page_size,
                             .page_token = request->page_token,
                         },
                         "", &page);
  if (status)
    return status;
  resource_page(response, &page);
  return line_states_settle(call_txn(call), response->earnings, page.count);
}

/* ---- closing ---- */

/* The open statement that ends first; NULL when none is open. */
static const struct status *first_open(struct call *call, const char *partnership,
                                       const Incentivize__Statement **out) {
  struct list_page page;
  const struct status *status =
      list_entities(call_txn(call),
                    &(struct list_query){
                        .kind = &kind_statement,
                        .index = "state",
                        .partition = partition_statement_state(call_arena(call), partnership, STATEMENT_OPEN),
                        .scope = partnership,
                        .page_size = 1,
                        .binding = "first"},
                    &page);
  *out = !status && page.count ? page.messages[0] : NULL;
  return status;
}

/* The statement to close; one without lines is made now. */
static const struct status *load_to_close(struct call *call,
                                          const Incentivize__CloseStatementRequest *request,
                                          const char *partnership, Incentivize__Statement **out) {
  struct arena *arena = call_arena(call);
  const Onboard__Partnership *known;
  struct period period;
  if (!cadence_parse(name_last_id(arena, request->name), &period)) {
    struct status *refusal =
        call_fail(call, CODE_INVALID_ARGUMENT, "STATEMENT_ID_INVALID",
                  "%s does not end in a month such as 2026-07 or a quarter such as 2026-q3", request->name);
    status_add_metadata(arena, refusal, "statement", request->name);
    return refusal;
  }
  const struct status *status = directory_partnership(call_txn(call), request->name, &known);
  if (!status)
    status = txn_get(call_txn(call), &kind_statement, request->name, out);
  if (!status && !*out)
    *out = statement_new(arena, partnership, period, known->currency_code);
  return status ? status : call_check_etag(call, request->etag, (*out)->etag);
}

const struct status *statement_close(struct call *call, const void *in, void *out) {
  const Incentivize__CloseStatementRequest *request = in;
  struct arena *arena = call_arena(call);
  struct posting posting = {call_txn(call), arena, call_now_us(call)};
  struct statement_act act = {.subject = call_principal(call)->subject, .now_us = call_now_us(call)};
  char *partnership = name_partnership(arena, request->name);
  const Incentivize__Statement *open;
  Incentivize__Statement *statement;
  Incentivize__Account *account;
  const struct status *status = load_to_close(call, request, partnership, &statement);
  if (!status)
    status = posting_account(&posting, partnership, &account);
  if (!status)
    status = first_open(call, partnership, &open);
  if (!status)
    status = statement_check_close(arena, statement, account, open, act.now_us);
  if (!status)
    status = statement_take(arena, statement, STATEMENT_CLOSE, &act);
  if (status)
    return status;
  statement_settle(arena, statement, account);
  txn_put(call_txn(call), &kind_account, account);
  struct record *record = stage(call, "statement.closed", statement, out);
  txn_count(record, "statements.closed", TYPE__PARTY__PARTY_UNSPECIFIED,
            statement_period(statement).end_us - 1, 1);
  return txn_commit(call_txn(call), out);
}

/* ---- what the partner says ---- */

static const struct status *answer(struct call *call, const char *name, const char *etag,
                                   enum statement_action action, const char *reason, const char *type,
                                   void *out) {
  struct statement_act act = {call_principal(call)->subject, call_now_us(call), reason};
  Incentivize__Statement *statement;
  const struct status *status = resource_load(call, &kind_statement, name, etag, &statement);
  if (!status)
    status = statement_take(call_arena(call), statement, action, &act);
  if (status)
    return status;
  stage(call, type, statement, out);
  return txn_commit(call_txn(call), out);
}

const struct status *statement_acknowledge(struct call *call, const void *in, void *out) {
  const Incentivize__AcknowledgeStatementRequest *request = in;
  return answer(call, request->name, request->etag, STATEMENT_ACKNOWLEDGE, NULL, "statement.acknowledged",
                out);
}

const struct status *statement_dispute(struct call *call, const void *in, void *out) {
  const Incentivize__DisputeStatementRequest *request = in;
  return answer(call, request->name, request->etag, STATEMENT_DISPUTE, request->reason, "statement.disputed",
                out);
}
