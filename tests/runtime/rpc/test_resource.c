/* What handlers do with resources, through the server and a real Redis. */
#include "runtime/rpc/resource.h"

#include "runtime/base/text.h"
#include "runtime/rpc/nps_fixture.h"
#include "support/check.h"

#include <string.h>

#define SERVICE "/entente.onboard.v1.NpsResponseService/"
#define PARENT "vendors/acme/partnerships/orvane"

/* The respondent is the id of a new response; with a remark it is the name to change, the remark its etag. */
static const struct status *record(struct call *call, const void *in, void *out) {
  const Onboard__RecordNpsResponseRequest *request = in;
  Onboard__NpsResponse *response = request->nps_response;
  const char *remark = response->remark, *respondent = response->respondent;
  const struct status *status;
  if (text_empty(remark))
    status = resource_name(call, &kind_nps, request->parent, "npsResponses",
                           text_equal(respondent, "nobody") ? "" : respondent, &response->name);
  else
    status = resource_load(call, &kind_nps, respondent, text_equal(remark, "any") ? NULL : remark, &response);
  if (status)
    return status;
  response->sequence++;
  response->respondent = (char *)act_of(call).actor;
  resource_change(call_txn(call), &kind_nps, response, "nps.recorded");
  *(Onboard__NpsResponse *)out = *response;
  return txn_commit(call_txn(call), out);
}

static const struct status *get(struct call *call, const void *in, void *out) {
  const Onboard__GetNpsResponseRequest *request = in;
  Onboard__NpsResponse *response;
  const struct status *status = resource_read(call, &kind_nps, request->name, &response);
  if (!status)
    *(Onboard__NpsResponse *)out = *response;
  return status;
}

static const char *filters;

static const struct status *list(struct call *call, const void *in, void *out) {
  const Onboard__ListNpsResponsesRequest *request = in;
  Onboard__ListNpsResponsesResponse *response = out;
  const struct list_query query = {
      .kind = &kind_nps,
      .partition = request->parent,
      .page_size = request->page_size,
      .page_token = request->page_token,
  };
  struct list_page page, all;
  const struct status *status = resource_list(call, query, filters, &page);
  if (!status)
    status = resource_all(call_txn(call), &kind_nps, NULL, request->parent, &all);
  if (status)
    return status;
  assert_true(all.count >= page.count);
  resource_page(response, &page);
  return NULL;
}

static const struct method methods[] = {{.name = "RecordNpsResponse", .unary = record},
                                        {.name = "GetNpsResponse", .unary = get},
                                        {.name = "ListNpsResponses", .unary = list},
                                        {0}};
static int begin(void **context) {
  filters = "";
  return world_begin(context, methods);
}

static const struct status *send(struct world *world, const char *respondent, const char *remark,
                                 Onboard__NpsResponse **answer) {
  Onboard__RecordNpsResponseRequest request = ONBOARD__RECORD_NPS_RESPONSE_REQUEST__INIT;
  Onboard__NpsResponse response = ONBOARD__NPS_RESPONSE__INIT;
  request.parent = (char *)PARENT;
  request.nps_response = &response;
  response.score = 9;
  response.respondent = (char *)respondent;
  response.remark = (char *)remark;
  return fixture_call(world->fixture, SERVICE "RecordNpsResponse", &request, answer);
}

static const struct status *page(struct world *world, const char *token,
                                 Onboard__ListNpsResponsesResponse **answer) {
  Onboard__ListNpsResponsesRequest request = ONBOARD__LIST_NPS_RESPONSES_REQUEST__INIT;
  request.parent = (char *)PARENT;
  request.page_size = 1;
  request.page_token = (char *)token;
  return fixture_call(world->fixture, SERVICE "ListNpsResponses", &request, answer);
}

static void a_name_is_given_or_fresh_and_taken_once(void **context) {
  struct world *world = *context;
  Onboard__NpsResponse *one, *fresh, *other;
  assert_null(send(world, "one", "", &one));
  assert_string_equal(one->name, PARENT "/npsResponses/one");
  assert_string_equal(one->respondent, "dana");
  assert_null(send(world, "nobody", "", &fresh));
  assert_null(send(world, "nobody", "", &other));
  assert_string_not_equal(fresh->name, other->name);
  const struct status *status = send(world, "one", "", &other);
  assert_int_equal(status->code, CODE_ALREADY_EXISTS);
  assert_string_equal(status->reason, REASON_ALREADY_EXISTS);
  assert_string_equal(status->metadata->key, "resource");
  assert_string_equal(status->metadata->value, one->name);
}

static void a_change_needs_the_resource_and_its_etag(void **context) {
  struct world *world = *context;
  Onboard__NpsResponse *one, *changed;
  const struct status *status = send(world, PARENT "/npsResponses/none", "any", &changed);
  assert_int_equal(status->code, CODE_NOT_FOUND);
  assert_null(send(world, "one", "", &one));
  assert_null(send(world, one->name, one->etag, &changed));
  assert_int_equal(changed->sequence, 2);
  status = send(world, one->name, one->etag, &changed);
  assert_int_equal(status->code, CODE_ABORTED);
  assert_string_equal(status->reason, REASON_ETAG_MISMATCH);
  assert_null(send(world, one->name, "any", &changed));
  assert_int_equal(changed->sequence, 3);
}

static void a_read_answers_or_does_not_find(void **context) {
  struct world *world = *context;
  Onboard__GetNpsResponseRequest request = ONBOARD__GET_NPS_RESPONSE_REQUEST__INIT;
  Onboard__NpsResponse *one, *found;
  request.name = (char *)PARENT "/npsResponses/one";
  const struct status *status = fixture_call(world->fixture, SERVICE "GetNpsResponse", &request, &found);
  assert_int_equal(status->code, CODE_NOT_FOUND);
  assert_null(send(world, "one", "", &one));
  assert_null(fixture_call(world->fixture, SERVICE "GetNpsResponse", &request, &found));
  assert_string_equal(found->etag, one->etag);
}

static void a_page_token_is_of_use_to_its_caller_and_filters_alone(void **context) {
  struct world *world = *context;
  Onboard__NpsResponse *made;
  Onboard__ListNpsResponsesResponse *first, *next;
  assert_null(send(world, "one", "", &made));
  assert_null(send(world, "two", "", &made));
  assert_null(page(world, "", &first));
  assert_int_equal(first->n_nps_responses, 1);
  assert_null(page(world, first->next_page_token, &next));
  assert_string_equal(next->nps_responses[0]->name, made->name);
  filters = "another";
  assert_string_equal(page(world, first->next_page_token, &next)->reason, REASON_PAGE_TOKEN_INVALID);
  filters = "";
  fixture_as(world->fixture, world->rui);
  assert_string_equal(page(world, first->next_page_token, &next)->reason, REASON_PAGE_TOKEN_INVALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_name_is_given_or_fresh_and_taken_once, begin, world_end),
      cmocka_unit_test_setup_teardown(a_change_needs_the_resource_and_its_etag, begin, world_end),
      cmocka_unit_test_setup_teardown(a_read_answers_or_does_not_find, begin, world_end),
      cmocka_unit_test_setup_teardown(a_page_token_is_of_use_to_its_caller_and_filters_alone, begin,
                                      world_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
