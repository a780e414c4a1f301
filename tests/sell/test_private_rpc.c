/* What is one party's own leaves no trace with the other: everything that it may ask is asked before and
 * after, and the answers are the same to the letter. Either way round. */
#include "sell/json_call.h"
#include "sell/service_fixture.h"
#include "support/check.h"

#include "runtime/base/digest.h"
#include "runtime/base/text.h"
#include "runtime/message/json.h"
#include "runtime/message/schema.h"

#include "entente/sell/v1/engagement_service.pb-c.h"
#include "entente/sell/v1/opportunity_snapshot_service.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { ANSWERS_MAX = 400, DEALS = 70 }; /* more deals than one message of a stream has */

/* Who has secrets, and who asks. */
struct pair {
  struct pillar_fixture *f;
  const char *p;
  const struct principal *owner, *other;
};

struct answers {
  size_t count;
  const char *asked[ANSWERS_MAX], *told[ANSWERS_MAX];
};

static const char *side_of(const struct principal *who) {
  return who->party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : "partner";
}

/* ---- asking ---- */

/* `text` with every `from` replaced. */
static const char *put_for(struct arena *arena, const char *text, const char *from, const char *to) {
  struct buffer out = {.arena = arena};
  for (const char *at; (at = strstr(text, from)); text = at + strlen(from))
    buffer_printf(&out, "%.*s%s", (int)(at - text), text, to);
  buffer_text(&out, text);
  return out.data;
}

/* Every page of a method, as text. Requests say `%P` for the partnership. */
static void ask(const struct pair *pair, struct answers *answers, const char *method, const char *format) {
  struct arena *arena = pillar_arena(pair->f);
  const char *path = strncmp(method, "Ledger", 6) == 0 ? arena_printf(arena, "/entente.ledger.v1.%s", method)
                                                       : arena_printf(arena, "/entente.sell.v1.%s", method);
  const struct schema_method *found = schema_find_method(path);
  struct buffer told = {.arena = arena};
  const char *text = put_for(arena, format, "%P", pair->p);
  assert_non_null(found);
  ProtobufCMessage *request;
  if (json_read(arena, found->request, text, strlen(text), &request))
    fail_msg("not a request of %s: %s", method, text);
  const ProtobufCFieldDescriptor *token =
      protobuf_c_message_descriptor_get_field_by_name(found->request, "page_token");
  const ProtobufCFieldDescriptor *next =
      protobuf_c_message_descriptor_get_field_by_name(found->response, "next_page_token");
  for (bool more = true; more;) {
    const ProtobufCMessage *answer = pillar_call(pair->f, pair->other, path, request);
    json_write(&told, answer, &(struct json_options){.pretty = true});
    more = false;
    if (!token || !next)
      break;
    char *at = *(char *const *)((const char *)answer + next->offset);
    *(char **)((char *)request + token->offset) = at;
    more = *at != '\0';
  }
  assert_true(answers->count < ANSWERS_MAX);
  answers->asked[answers->count] = arena_printf(arena, "%s %s", method, text);
  answers->told[answers->count++] = told.size ? told.data : "";
}

struct heard {
  struct buffer text;
};

static bool hear(void *context, const void *message) {
  struct heard *heard = context;
  json_write(&heard->text, message, &(struct json_options){.pretty = true});
  return !((const Sell__WatchPipelineResponse *)message)->caught_up;
}

/* The stream from its beginning until it is caught up: how many messages, which changes and cursors. */
static void watch(const struct pair *pair, struct answers *answers) {
  struct heard heard = {{.arena = pillar_arena(pair->f)}};
  Sell__WatchPipelineRequest request = SELL__WATCH_PIPELINE_REQUEST__INIT;
  request.name = arena_printf(pillar_arena(pair->f), "%s/pipeline", pair->p);
  fixture_as(pair->f->server, pair->other);
  assert_null(fixture_stream(pair->f->server, "/entente.sell.v1.PipelineService/WatchPipeline", &request,
                             hear, &heard));
  answers->asked[answers->count] = "WatchPipeline";
  answers->told[answers->count++] = heard.text.data;
}

static bool hear_verified(void *context, const void *message) {
  Ledger__VerifyLedgerResponse *last = context;
  last->ledgers = ((const Ledger__VerifyLedgerResponse *)message)->ledgers;
  last->entries = ((const Ledger__VerifyLedgerResponse *)message)->entries;
  last->resources = ((const Ledger__VerifyLedgerResponse *)message)->resources;
  return true;
}

/* How much there is to compare, which the vendor's administrators are told. */
static void verify(const struct pair *pair, struct answers *answers) {
  Ledger__VerifyLedgerRequest request = LEDGER__VERIFY_LEDGER_REQUEST__INIT;
  Ledger__VerifyLedgerResponse last = LEDGER__VERIFY_LEDGER_RESPONSE__INIT;
  request.parent = (char *)"vendors/halden";
  fixture_as(pair->f->server, pair->other);
  assert_null(fixture_stream(pair->f->server, "/entente.ledger.v1.LedgerService/VerifyLedger", &request,
                             hear_verified, &last));
  assert_true(last.entries > 0 && last.resources > 0);
  answers->asked[answers->count] = "VerifyLedger";
  answers->told[answers->count++] = arena_printf(pillar_arena(pair->f), "%d %d %d", (int)last.ledgers,
                                                 (int)last.entries, (int)last.resources);
}

/* All reads, in pages of one and of many. */
static const struct {
  const char *method, *request;
} reads[] = {
    {"PipelineService/GetPipeline", "{\"name\": \"%P/pipeline\"}"},
    {"PipelineService/GetPipeline", "{\"name\": \"%P/pipeline\", \"asOf\": \"2099-01-01T00:00:00Z\"}"},
    {"PipelineService/GetSegmentPipeline", "{\"name\": \"%P/pipeline\"}"},
    {"LiftService/GetLift", "{\"name\": \"%P/lift\", \"period\": {\"startTime\": \"2026-01-01T00:00:00Z\", "
                            "\"endTime\": \"2027-01-01T00:00:00Z\"}, \"sampleMin\": 1}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\"}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"pageSize\": 1}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"state\": 1, \"pageSize\": 1}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"stage\": 1}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"engagement\": 2}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"ownerParty\": 1}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"ownerParty\": 2}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"closeMonth\": 202606}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"externalId\": \"CRM-1\"}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"text\": \"secret\"}"},
    {"OpportunityService/ListOpportunities", "{\"parent\": \"%P\", \"reviewState\": 1}"},
    {"OpportunityService/GetOpportunity", "{\"name\": \"%P/opportunities/both\"}"},
    {"OpportunitySideService/ListOpportunitySides", "{\"parent\": \"%P/opportunities/both\"}"},
    {"OpportunitySideService/GetOpportunitySide", "{\"name\": \"%P/opportunities/both/sides/vendor\"}"},
    {"OpportunitySideService/GetOpportunitySide", "{\"name\": \"%P/opportunities/both/sides/partner\"}"},
    {"OpportunitySnapshotService/ListOpportunitySnapshots", "{\"parent\": \"%P/opportunities/both\"}"},
    {"EngagementService/ListEngagements", "{\"parent\": \"%P\"}"},
    {"HelpRequestService/ListHelpRequests", "{\"parent\": \"%P\"}"},
    {"TargetAccountService/ListTargetAccounts", "{\"parent\": \"%P\"}"},
    {"CaseStudyService/ListCaseStudies", "{\"parent\": \"%P\"}"},
    {"CustomerActivityService/ListCustomerActivities", "{\"parent\": \"%P\"}"},
    {"MarketEstimateService/ListMarketEstimates", "{\"parent\": \"%P\"}"},
    {"MarketShareService/GetMarketShare",
     "{\"name\": \"%P/marketShare\", \"period\": {\"startTime\": \"2024-01-01T00:00:00Z\", \"endTime\": "
     "\"2026-06-01T00:00:00Z\"}}"},
    {"RegistrationService/ListRegistrations", "{\"parent\": \"%P\"}"},
    {"RegistrationService/ListProtectionBreaches", "{\"parent\": \"%P\"}"},
    {"PopulationService/GetMappingKey", "{\"name\": \"%P/mappingKeys/current\"}"},
    {"PopulationService/GetOverlap", "{\"name\": \"%P/overlap\"}"},
    {"PopulationService/ListOverlapRows",
     "{\"parent\": \"%P\", \"vendorSegment\": 3, \"partnerSegment\": 3}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\"}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\", \"pageSize\": 1}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\", \"pageSize\": 3}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\", \"resource\": \"%P/opportunities/both\"}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\", \"counter\": \"opened.joint\"}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\", \"counter\": \"opened.independent\"}"},
    {"LedgerService/ListLedgerEntries", "{\"parent\": \"%P\", \"asOf\": \"2099-01-01T00:00:00Z\"}"},
    {"LedgerService/BatchGetCounters", "{\"parent\": \"%P\", \"period\": {\"startTime\": "
                                       "\"2026-01-01T00:00:00Z\", \"endTime\": \"2027-01-01T00:00:00Z\"}}"},
    {"LedgerService/BatchGetCounters", "{\"parent\": \"%P\", \"period\": {\"startTime\": "
                                       "\"2020-01-01T00:00:00Z\", \"endTime\": \"2020-02-01T00:00:00Z\"}}"},
    {"LedgerService/BatchGetCounters",
     "{\"parent\": \"%P\", \"asOf\": \"2099-01-01T00:00:00Z\", \"period\": {\"startTime\": "
     "\"2020-01-01T00:00:00Z\", \"endTime\": \"2028-01-01T00:00:00Z\"}}"},
};

static const struct answers *ask_all(const struct pair *pair) {
  struct answers *answers = arena_new(pillar_arena(pair->f), struct answers);
  for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
    ask(pair, answers, reads[i].method, reads[i].request);
  watch(pair, answers);
  if (pair->other->party == TYPE__PARTY__PARTY_VENDOR)
    verify(pair, answers);
  return answers;
}

static void assert_same(const struct answers *before, const struct answers *after) {
  assert_int_equal(before->count, after->count);
  for (size_t i = 0; i < before->count; i++)
    if (strcmp(before->told[i], after->told[i]) != 0)
      fail_msg("%s tells of what is private:\n%s\nbefore it:\n%s", after->asked[i], after->told[i],
               before->told[i]);
}

/* ---- what both have, and what one keeps ---- */

/* `text` says `%P` for the partnership, `%O` for `own` and `%S` for the owner's side. */
static void act(const struct pair *pair, const char *method, const char *text, const char *own) {
  struct arena *arena = pillar_arena(pair->f);
  text = put_for(arena, put_for(arena, text, "%P", pair->p), "%S", side_of(pair->owner));
  json_call(pair->f, pair->owner, method, "%s", put_for(arena, text, "%O", own));
}

static void begin(const struct pair *pair) {
  const char *both =
      sell_open(pair->f, pair->owner, pair->p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT, "both")->name;
  act(pair, "PopulationService/GetMappingKey", "{\"name\": \"%P/mappingKeys/current\"}", "");
  act(pair, "OpportunitySnapshotService/CreateOpportunitySnapshot",
      "{\"parent\": \"%O\", \"template\": \"TEMPLATE_FULL\"}", both);
  act(pair, "TargetAccountService/CreateTargetAccount",
      "{\"parent\": \"%P\", \"targetAccount\": {\"account\": \"x\", \"leadParty\": \"PARTY_VENDOR\"}}", "");
  act(pair, "OpportunitySideService/UpdateOpportunitySide",
      "{\"side\": {\"name\": \"%O/sides/%S\", \"nextStep\": \"call\", \"sharing\": {\"nextStep\": "
      "\"SHARING_SHARED\"}}}",
      both);
}

/* A deal through all that can become of it. */
static void sell_alone(const struct pair *pair) {
  const char *own = sell_open(pair->f, pair->owner, pair->p,
                              SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT, "secret")
                        ->name;
  act(pair, "OpportunityService/UpdateOpportunity",
      "{\"opportunity\": {\"name\": \"%O\", \"displayName\": \"Secret\", \"segment\": \"Secret\", "
      "\"customer\": "
      "{\"account\": \"Secret bank\"}, \"expectedCloseTime\": \"2026-06-01T00:00:00Z\"}, \"updateMask\": "
      "\"displayName,segment,customer,expectedCloseTime\"}",
      own);
  act(pair, "OpportunityService/AdvanceOpportunity", "{\"name\": \"%O\", \"stage\": \"STAGE_COMMITTED\"}",
      own);
  act(pair, "OpportunityService/LoseOpportunity",
      "{\"name\": \"%O\", \"lossReason\": \"LOSS_REASON_PRICE\", \"incumbentCompetitor\": \"Rival\"}", own);
  act(pair, "OpportunityService/ReopenOpportunity", "{\"name\": \"%O\", \"reason\": \"They called us back\"}",
      own);
  act(pair, "OpportunitySnapshotService/CreateOpportunitySnapshot",
      "{\"parent\": \"%O\", \"template\": \"TEMPLATE_FULL\"}", own);
  act(pair, "OpportunityService/WinOpportunity", "{\"name\": \"%O\"}", own);
  act(pair, "OpportunityService/ReverseOpportunity",
      "{\"name\": \"%O\", \"reason\": \"They did not pay us\"}", own);
}

static void keep_secrets(const struct pair *pair) {
  sell_alone(pair);
  for (int i = 0; i < DEALS; i++)
    sell_open(pair->f, pair->owner, pair->p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT,
              arena_printf(pillar_arena(pair->f), "deal-%d", i));
  act(pair, "OpportunityService/ImportOpportunities",
      "{\"parent\": \"%P\", \"rows\": [{\"externalId\": \"CRM-1\", \"engagement\": "
      "\"ENGAGEMENT_INDEPENDENT\", "
      "\"displayName\": \"Secret\", \"customer\": {\"account\": \"Secret bank\"}, \"state\": \"STATE_WON\", "
      "\"amount\": {\"currencyCode\": \"USD\", \"amountMinor\": \"100\"}, \"openTime\": "
      "\"2026-02-01T00:00:00Z\", \"closeTime\": \"2026-06-02T00:00:00Z\"}]}",
      "");
  act(pair, "OpportunitySideService/UpdateOpportunitySide",
      "{\"side\": {\"name\": \"%P/opportunities/both/sides/%S\", \"notes\": \"They will pay\", \"stage\": "
      "\"STAGE_COMMITTED\", \"customerContact\": {\"fullName\": \"A. Person\"}}}",
      "");
  act(pair, "PopulationService/StartPopulationUpload", "{\"name\": \"%P/populations/%S\"}", "");
  act(pair, "PopulationService/SetPopulationSharing",
      "{\"name\": \"%P/populations/%S\", \"prospect\": 1, \"opportunity\": 1, \"customer\": 1}", "");
}

/* ---- what is asked ---- */

static void no_answer_tells_of_it(const struct pair *pair) {
  begin(pair);
  const struct answers *before = ask_all(pair);
  keep_secrets(pair);
  assert_same(before, ask_all(pair));
}

/* What names an opportunity. */
static const struct {
  const char *method, *request;
} uses[] = {
    {"OpportunityService/GetOpportunity", "{\"name\": \"%s\"}"},
    {"OpportunityService/UpdateOpportunity", "{\"opportunity\": {\"name\": \"%s\", \"etag\": \"x\"}}"},
    {"OpportunityService/AdvanceOpportunity", "{\"name\": \"%s\", \"stage\": 2}"},
    {"OpportunityService/WinOpportunity", "{\"name\": \"%s\"}"},
    {"OpportunityService/LoseOpportunity", "{\"name\": \"%s\", \"lossReason\": 1, \"noIncumbent\": true}"},
    {"OpportunityService/ReverseOpportunity", "{\"name\": \"%s\", \"reason\": \"for no good reason\"}"},
    {"OpportunityService/ReopenOpportunity", "{\"name\": \"%s\", \"reason\": \"for no good reason\"}"},
    {"OpportunityReviewService/SubmitOpportunity", "{\"name\": \"%s\"}"},
    {"AttributionService/AgreeAttribution", "{\"name\": \"%s\", \"proposeTime\": \"2026-07-01T00:00:00Z\"}"},
    {"OpportunitySideService/ListOpportunitySides", "{\"parent\": \"%s\"}"},
    {"OpportunitySideService/GetOpportunitySide", "{\"name\": \"%s/sides/vendor\"}"},
    {"OpportunitySideService/UpdateOpportunitySide", "{\"side\": {\"name\": \"%s/sides/partner\"}}"},
    {"OpportunitySideService/UpdateOpportunitySide", "{\"side\": {\"name\": \"%s/sides/vendor\"}}"},
    {"OpportunitySnapshotService/CreateOpportunitySnapshot", "{\"parent\": \"%s\", \"template\": 1}"},
    {"OpportunitySnapshotService/ListOpportunitySnapshots", "{\"parent\": \"%s\"}"},
    {"OpportunitySnapshotService/GetOpportunitySnapshot", "{\"name\": \"%s/snapshots/own-1\"}"},
    {"OpportunitySnapshotService/GetOpportunitySnapshot", "{\"name\": \"%s/snapshots/1\"}"},
    {"EngagementService/CreateEngagement", "{\"parent\": \"%P\", \"engagement\": {\"title\": \"x\", "
                                           "\"opportunity\": \"%s\", \"involvement\": 2}}"},
    {"HelpRequestService/CreateHelpRequest", "{\"parent\": \"%P\", \"helpRequest\": {\"need\": 1, \"title\": "
                                             "\"x\", \"askedHours\": \"8\", \"opportunity\": \"%s\"}}"},
    {"TargetAccountService/WinTargetAccount", "{\"name\": \"%P/targetAccounts/t\", \"opportunity\": \"%s\"}"},
    {"CaseStudyService/CreateCaseStudy",
     "{\"parent\": \"%P\", \"caseStudyId\": \"c\", \"caseStudy\": {\"title\": \"x\", "
     "\"opportunity\": \"%s\"}}"},
};
/* What the other party is told of the use of a name, without the name. */
static const char *refusal_of(const struct pair *pair, size_t use, const char *name, const char *id) {
  struct arena *arena = pillar_arena(pair->f);
  const char *path = arena_printf(arena, "/entente.sell.v1.%s", uses[use].method);
  const struct schema_method *method = schema_find_method(path);
  const char *text = put_for(arena, put_for(arena, uses[use].request, "%P", pair->p), "%s", name);
  ProtobufCMessage *request;
  void *answer;
  assert_non_null(method);
  if (json_read(arena, method->request, text, strlen(text), &request))
    fail_msg("not a request of %s: %s", uses[use].method, text);
  fixture_as(pair->f->server, pair->other);
  const struct status *status = fixture_call(pair->f->server, path, request, &answer);
  if (!status)
    fail_msg("%s succeeded on %s", uses[use].method, name);
  return put_for(arena, arena_printf(arena, "%d %s %s", (int)status->code, status->reason, status->message),
                 id, "");
}

/* Naming what is hidden fails in the words for what is not there. */
static void no_refusal_tells_of_it(const struct pair *pair) {
  struct pillar_fixture *f = pair->f;
  struct arena *arena = pillar_arena(f);
  const char *hidden = arena_printf(arena, "%s/opportunities/%s-secret", pair->p, side_of(pair->owner));
  const char *absent = arena_printf(arena, "%s/opportunities/%s-absent", pair->p, side_of(pair->owner));
  assert_string_equal(sell_get(f, pair->owner, hidden)->name, hidden);
  json_call(f, pair->other, "TargetAccountService/CreateTargetAccount",
            "{\"parent\": \"%s\", \"targetAccountId\": \"t\", \"targetAccount\": {\"account\": \"y\", "
            "\"leadParty\": \"PARTY_PARTNER\"}}",
            pair->p);
  for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
    const char *of_hidden = refusal_of(pair, i, hidden, "secret"),
               *of_absent = refusal_of(pair, i, absent, "absent");
    if (strcmp(of_hidden, of_absent) != 0)
      fail_msg("%s tells what is hidden from what is absent:\n%s\n%s", uses[i].method, of_hidden, of_absent);
  }
}

/* Choosing the name of what is hidden succeeds. */
static void no_name_is_taken_by_it(const struct pair *pair) {
  struct pillar_fixture *f = pair->f;
  const char *both =
      sell_open(f, pair->other, pair->p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT, "secret")->name;
  const char *own =
      sell_open(f, pair->other, pair->p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT, "secret")
          ->name;
  assert_string_equal(strrchr(both, '/'), "/secret");
  assert_string_equal(strrchr(own, '/'), arena_printf(pillar_arena(f), "/%s-secret", side_of(pair->other)));
  static const char *const reserved[] = {"vendor-secret", "partner-secret", "x-secret"};
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    for (int engagement = 1; engagement <= 2; engagement++)
      json_refused(f, pair->other, REASON_INVALID_REQUEST, "OpportunityService/CreateOpportunity",
                   "{\"parent\": \"%s\", \"opportunityId\": \"%s\", \"opportunity\": {\"engagement\": %d}}",
                   pair->p, reserved[i], engagement);
}

static void nothing_private_shows(void **state) {
  struct pillar_fixture *f = *state;
  const struct pair pairs[] = {
      {f, pillar_partnership(f, "private-vendor", "orvane-global"), f->administrator, f->partner},
      {f, pillar_partnership(f, "private-partner", "orvane-global"), f->partner, f->administrator},
  };
  for (size_t i = 0; i < 2; i++) {
    no_answer_tells_of_it(&pairs[i]);
    no_refusal_tells_of_it(&pairs[i]);
    no_name_is_taken_by_it(&pairs[i]);
  }
  pillar_verify(f);
}

/* ---- what becomes of it when it is shared ---- */

/* The deal is both's from then on; what its owner wrote for itself is not. */
static void what_was_written_alone_stays_so(void **state) {
  struct pillar_fixture *f = *state;
  const char *p = pillar_partnership(f, "private-shared", "orvane-global");
  const struct pair pair = {f, p, f->partner, f->administrator};
  begin(&pair);
  const char *own =
      sell_open(f, f->partner, p, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT, "ours")->name;
  act(&pair, "OpportunityService/AdvanceOpportunity", "{\"name\": \"%O\", \"stage\": \"STAGE_QUALIFIED\"}",
      own);
  act(&pair, "OpportunityService/AdvanceOpportunity",
      "{\"name\": \"%O\", \"stage\": \"STAGE_PROSPECT\", \"reason\": \"Kolibri was too dear\"}", own);
  act(&pair, "OpportunityService/LoseOpportunity",
      "{\"name\": \"%O\", \"lossReason\": 1, \"noIncumbent\": true}", own);
  act(&pair, "OpportunityService/ReopenOpportunity",
      "{\"name\": \"%O\", \"reason\": \"Kolibri went out of business\"}", own);
  act(&pair, "OpportunitySnapshotService/CreateOpportunitySnapshot",
      "{\"parent\": \"%O\", \"template\": \"TEMPLATE_FULL\", \"note\": \"Kolibri\"}", own);
  act(&pair, "EngagementService/CreateEngagement",
      "{\"parent\": \"%P\", \"engagementId\": \"e\", \"engagement\": {\"title\": \"x\", \"opportunity\": "
      "\"%O\", \"involvement\": 2, \"responsibilities\": [\"RESPONSIBILITY_SOFTWARE\"]}}",
      own);
  json_call(f, f->manager, "EngagementService/AcceptEngagement", "{\"name\": \"%s/engagements/e\"}", p);
  assert_int_equal(sell_get(f, f->manager, own)->engagement, SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT);
  const struct answers *told = ask_all(&pair);
  for (size_t i = 0; i < told->count; i++)
    if (strstr(told->told[i], "Kolibri"))
      fail_msg("%s tells what was written alone:\n%s", told->asked[i], told->told[i]);
  for (int asked = 2; asked <= 4; asked += 2) { /* as a reseller, as software */
    const Sell__ListEngagementsResponse *page =
        json_call(f, f->manager, "EngagementService/ListEngagements",
                  "{\"parent\": \"%s\", \"responsibility\": %d}", p, asked);
    assert_int_equal(page->n_engagements, asked == 4);
  }
  const Sell__ListOpportunitySnapshotsResponse *page =
      json_call(f, f->partner, "OpportunitySnapshotService/ListOpportunitySnapshots",
                "{\"parent\": \"%s\", \"creator\": \"PARTY_PARTNER\"}", own);
  assert_int_equal(page->n_snapshots, 1);
  page = json_call(f, f->partner, "OpportunitySnapshotService/ListOpportunitySnapshots",
                   "{\"parent\": \"%s\", \"creator\": \"PARTY_VENDOR\"}", own);
  assert_int_equal(page->n_snapshots, 0);
}

/* ---- what a party reads of a ledger ---- */

/* Each party can check all that it reads: places without gaps, and each entry with the hash of the one
 * before, among those with the same readers. */
static void each_reader_has_a_whole_chain(void **state) {
  struct pillar_fixture *f = *state;
  const struct principal *who[] = {f->manager, f->partner};
  const char *p = pillar_partnership(f, "private-chain", "orvane-global");
  for (int i = 0; i < 30; i++)
    sell_open(f, who[i % 2], p,
              i % 3 ? SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_INDEPENDENT
                    : SELL__OPPORTUNITY__ENGAGEMENT__ENGAGEMENT_JOINT,
              arena_printf(pillar_arena(f), "n%d", i));
  for (size_t reader = 0; reader < 2; reader++) {
    Ledger__LedgerEntry **entries;
    size_t count = pillar_entries(f, who[reader], p, &entries);
    const Ledger__LedgerEntry *last[3] = {0};
    assert_int_equal(count, 20);
    for (size_t i = 0; i < count; i++) {
      const Ledger__LedgerEntry *before = last[entries[i]->private_to];
      assert_int_equal(entries[i]->sequence, before ? before->sequence + 1 : 1);
      uint8_t hash[DIGEST_SIZE] = {0};
      if (before) {
        size_t size = protobuf_c_message_get_packed_size(&before->base);
        uint8_t *packed = arena_alloc(pillar_arena(f), size);
        protobuf_c_message_pack(&before->base, packed);
        digest_sha256(packed, size, hash);
      }
      assert_memory_equal(entries[i]->previous_hash.data, hash, DIGEST_SIZE);
      last[entries[i]->private_to] = entries[i];
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_private_shows),
      cmocka_unit_test(what_was_written_alone_stays_so),
      cmocka_unit_test(each_reader_has_a_whole_chain),
  };
  return cmocka_run_group_tests(tests, sell_setup, sell_teardown);
}
