/* What a partner can find out about a rival for its customer: everything that it reads is the same, to the
 * byte, whether somebody else holds the customer or nobody does. */
#include "sell/registration_fixture.h"
#include "support/check.h"

#include "runtime/base/clock.h"
#include "runtime/base/moment.h"
#include "runtime/base/name.h"
#include "runtime/base/text.h"
#include "runtime/message/json.h"

#include <ctype.h>
#include <string.h>

#define R "RegistrationService/"
#define C "ConflictService/"
#define ADDRESS "/entente.ledger.v1.LedgerService/"
#define NOT_AVAILABLE_NOTE "The customer is not available for registration for this solution."

enum { FIRST_US = 1000000 };

/* All that one partner has read, in the order of reading. */
struct reader {
  struct pillar_fixture *f;
  const char *partnership, *name; /* its registration */
  struct buffer seen;
};

static void note(struct reader *reader, const void *answer) {
  json_write(&reader->seen, answer, &(struct json_options){.defaults = true});
  buffer_printf(&reader->seen, "\n");
}

static void note_refusal(struct reader *reader, const struct status *status) {
  buffer_printf(&reader->seen, "%d %s %s", (int)status->code, status->reason, status->message);
  for (const struct status_metadata *item = status->metadata; item; item = item->next)
    buffer_printf(&reader->seen, " %s=%s", item->key, item->value);
  for (const struct guard_failure *item = status->guards; item; item = item->next)
    buffer_printf(&reader->seen, " %s: %s", item->subject, item->description);
  buffer_printf(&reader->seen, "\n");
}

static void note_ledger(struct reader *reader, const char *subject) {
  Ledger__LedgerEntry **entries;
  size_t count = pillar_entries(reader->f, reader->f->stranger, subject, &entries);
  for (size_t i = 0; i < count; i++) {
    ProtobufCBinaryData payload = entries[i]->payload;
    entries[i]->payload = (ProtobufCBinaryData){0};
    entries[i]->previous_hash = (ProtobufCBinaryData){0}; /* of what names another partnership */
    note(reader, entries[i]);
    if (payload.len)
      note(reader,
           protobuf_c_message_unpack(&sell__registration__descriptor,
                                     arena_allocator(pillar_arena(reader->f)), payload.len, payload.data));
  }
}

static void note_counters(struct reader *reader) {
  Ledger__BatchGetCountersRequest request = LEDGER__BATCH_GET_COUNTERS_REQUEST__INIT;
  Type__Period period = TYPE__PERIOD__INIT;
  period.start_time = pillar_time(reader->f, "2026-01-01");
  period.end_time = pillar_time(reader->f, "2027-01-01");
  request.parent = (char *)reader->partnership;
  request.period = &period;
  note(reader, pillar_call(reader->f, reader->f->stranger, ADDRESS "BatchGetCounters", &request));
}

/* Every way to read, and to be refused. */
static void look(struct reader *reader) {
  struct pillar_fixture *f = reader->f;
  const struct principal *who = f->stranger;
  note(reader, ask(f, who, R "GetRegistration", "{'name': '%s'}", reader->name));
  note(reader, ask(f, who, R "ListRegistrations", "{'parent': '%s'}", reader->partnership));
  note(reader, ask(f, who, R "ListRegistrations", "{'parent': '%s', 'text': 'hidden'}", reader->partnership));
  note(reader, ask(f, who, R "ListProtectionBreaches", "{'parent': '%s'}", reader->partnership));
  note(reader, ask(f, who, "PipelineService/GetPipeline", "{'name': '%s/pipeline'}", reader->partnership));
  note(reader,
       ask(f, who, "RegistrationPolicyService/ListRegistrationPolicies", "{'parent': 'vendors/halden'}"));
  note_refusal(reader, ask_refused(f, who, R "ListRegistrationMatches", REASON_ACCESS_DENIED,
                                   "{'name': '%s'}", reader->name));
  note_refusal(reader, ask_refused(f, who, R "SearchRegistrations", REASON_ACCESS_DENIED,
                                   "{'parent': 'vendors/halden', 'text': 'hidden'}"));
  note_refusal(reader, ask_refused(f, who, C "ListConflicts", REASON_ACCESS_DENIED,
                                   "{'parent': 'vendors/halden', 'registration': '%s'}", reader->name));
  note_ledger(reader, reader->partnership);
  note_ledger(reader, "vendors/halden");
  note_counters(reader);
}

static void later(struct pillar_fixture *f) {
  fixture_set_now(f->server, fixture_now(f->server) + FIRST_US);
}

/* The same life of a registration; `contested`: it ends by a ruling rather than by a decision in its words.
 */
static void live(struct reader *reader, const char *customer, const char *world, bool contested) {
  struct pillar_fixture *f = reader->f;
  const struct principal *who = f->stranger;
  note(reader,
       ask(f, who, R "CreateRegistration",
           "{'parent': '%s', 'registrationId': 'deal', 'registration': {'displayName': 'A deal', 'customer': "
           "{'legalName': '%s', 'domain': 'hidden-%s-works.example', 'countryCode': 'US'}, 'solutions': "
           "['platform'], 'expectedAmount': "
           "{'currencyCode': 'USD', 'amountMinor': '5000000'}, 'expectedCloseTime': '2027-03-01T00:00:00Z', "
           "'evidence': [{'kind': 'KIND_MEETING', 'description': 'Met their head of operations'}]}}",
           reader->partnership, customer, world));
  reader->name = arena_printf(pillar_arena(f), "%s/registrations/deal", reader->partnership);
  look(reader);
  later(f);
  note(reader, ask(f, who, R "SubmitRegistration", "{'name': '%s', 'requestId': '%s'}", reader->name,
                   name_last_id(pillar_arena(f), reader->partnership)));
  look(reader);
  later(f);
  note(reader, ask(f, f->manager, R "StartRegistrationReview", "{'name': '%s'}", reader->name));
  note_refusal(reader, ask_refused(f, who, R "UpdateRegistration", "FIELD_LOCKED",
                                   "{'registration': {'name': '%s', 'description': 'More'}}", reader->name));
  note_refusal(reader,
               ask_refused(f, who, R "RequestRegistrationExtension", REASON_INVALID_STATE,
                           "{'name': '%s', 'days': 10, 'reason': 'We want more time'}", reader->name));
  later(f);
  if (contested)
    ask(f, f->administrator, C "RuleConflict", "{'name': '%s', 'note': 'The other partner was first'}",
        conflict_of(f, reader->name)->name);
  else
    ask(f, f->administrator, R "RejectRegistration",
        "{'name': '%s', 'reason': 'REJECTION_REASON_NOT_AVAILABLE', 'note': '" NOT_AVAILABLE_NOTE "'}",
        reader->name);
  look(reader);
  later(f);
  note(reader, ask(f, who, R "AppealRegistration", "{'name': '%s', 'statement': 'We were there first'}",
                   reader->name));
  later(f);
  ask(f, f->administrator, R "DecideRegistrationAppeal",
      "{'name': '%s', 'granted': false, 'note': 'The decision stands'}", reader->name);
  look(reader);
  later(f);
  note(reader, ask(f, who, R "SubmitRegistration", "{'name': '%s'}", reader->name));
  look(reader);
}

/* Etags are of the commit, and names are those of the two worlds: all else has to be the same. */
static char *comparable(struct arena *arena, const struct reader *reader, const char *world) {
  char *text = arena_strndup(arena, reader->seen.data, reader->seen.size);
  for (char *at = text; (at = strstr(at, world)); at++)
    memset(at, 'x', strlen(world));
  for (char *at = text; (at = strstr(at, "\\\""));) {
    at += 2;
    for (; isxdigit((unsigned char)*at); at++)
      *at = '0';
  }
  return text;
}

static const char *transcript(struct pillar_fixture *f, const char *world, int64_t start_us, bool held,
                              bool approved) {
  struct arena *arena = pillar_arena(f);
  const char *customer = arena_printf(arena, "Hidden %s Works", world);
  if (held) {
    fixture_set_now(f->server, start_us);
    const char *one = pillar_partnership(f, arena_printf(arena, "%s-holder", world), "orvane-global");
    const char *name = registration_submitted(f, f->partner, one, customer);
    if (approved)
      ask(f, f->manager, R "ApproveRegistration", "{'name': '%s'}", name);
  }
  struct reader reader = {.f = f, .seen = {.arena = arena}};
  reader.partnership = pillar_partnership(f, arena_printf(arena, "%s-rival", world), "castellan-soc");
  fixture_set_now(f->server, start_us + US_PER_DAY);
  live(&reader, customer, world, held);
  return comparable(arena, &reader, world);
}

static void assert_same_text(const char *one, const char *two) {
  size_t at = 0;
  while (one[at] && one[at] == two[at])
    at++;
  size_t from = at > 300 ? at - 300 : 0;
  if (one[at] || two[at])
    fail_msg("they differ after\n%.*s\n>>> %.200s\n>>> %.200s", (int)(at - from), one + from, one + at,
             two + at);
}

static void a_held_customer_reads_as_a_free_one(void **state) {
  struct pillar_fixture *f = *state;
  int64_t start_us = fixture_now(f->server);
  const char *free = transcript(f, "alpha", start_us, false, false);
  assert_true(strlen(free) > 20000);
  assert_same_text(free, transcript(f, "bravo", start_us, true, false));
  assert_same_text(free, transcript(f, "gamma", start_us, true, true));
}

/* ---- how long it takes ---- */

static int64_t taken_us(struct pillar_fixture *f, const char *method, const char *name) {
  int64_t began_us = clock_monotonic_us();
  ask(f, f->stranger, method, "{'name': '%s'}", name);
  return clock_monotonic_us() - began_us;
}

/* The work differs by some hundred microseconds; the answer comes with the next step, whatever was found. */
static void the_time_of_an_answer_tells_nothing(void **state) {
  enum { STEP_US = 25000 };
  struct pillar_fixture *f = *state;
  const char *one = pillar_partnership(f, "timed-one", "orvane-global");
  const char *two = pillar_partnership(f, "timed-two", "castellan-soc");
  registration_submitted(f, f->partner, one, "Timed Held Works");
  const char *customers[] = {"Timed Held Works", "Timed Free Works"};
  for (size_t i = 0; i < 2; i++) {
    const char *name = registration_drafted(f, f->stranger, two, customers[i]);
    assert_true(taken_us(f, R "SubmitRegistration", name) >= STEP_US);
    assert_int_equal(conflict_count(f, name), i == 0);
    assert_true(taken_us(f, R "WithdrawRegistration", name) >= STEP_US);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_held_customer_reads_as_a_free_one),
      cmocka_unit_test(the_time_of_an_answer_tells_nothing),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
