/* The fields of a registration that the partner gives, as a table: what each is, when it is locked.
 *
 *                        DRAFT, REJECTED   ACTION_REQUIRED   APPROVED, EXTENDED   other states
 *   customer, solutions        x           where named
 *   segment                    x           where named
 *   the rest                   x           where named                x
 *
 * A rejected one is locked while its appeal waits, a segment for good once the vendor corrected it.
 */
#include "runtime/base/refusal.h"
#include "runtime/base/text.h"
#include "runtime/base/timestamp.h"
#include "sell/registration.h"

#include <stddef.h>
#include <string.h>

#define STATE(name) SELL__REGISTRATION__STATE__STATE_##name

enum type { TYPE_TEXT, TYPE_COMPANY_TEXT, TYPE_TEXTS, TYPE_MONEY, TYPE_TIME, TYPE_EVIDENCE };

static const struct field {
  const char *path;
  enum type type;
  size_t offset;  /* in the registration, or in its customer */
  bool protected; /* may change while protected */
} fields[] = {
    {"display_name", TYPE_TEXT, offsetof(Sell__Registration, display_name), true},
    {"customer.legal_name", TYPE_COMPANY_TEXT, offsetof(Sell__Company, legal_name), false},
    {"customer.domain", TYPE_COMPANY_TEXT, offsetof(Sell__Company, domain), false},
    {"customer.country_code", TYPE_COMPANY_TEXT, offsetof(Sell__Company, country_code), false},
    {"customer.tax_id", TYPE_COMPANY_TEXT, offsetof(Sell__Company, tax_id), false},
    {"customer.duns", TYPE_COMPANY_TEXT, offsetof(Sell__Company, duns), false},
    {"customer.parent_name", TYPE_COMPANY_TEXT, offsetof(Sell__Company, parent_name), false},
    {"customer.parent_domain", TYPE_COMPANY_TEXT, offsetof(Sell__Company, parent_domain), false},
    {"solutions", TYPE_TEXTS, 0, false},
    {"segment", TYPE_TEXT, offsetof(Sell__Registration, segment), false},
    {"expected_amount", TYPE_MONEY, 0, true},
    {"expected_close_time", TYPE_TIME, offsetof(Sell__Registration, expected_close_time), true},
    {"evidence", TYPE_EVIDENCE, 0, true},
    {"description", TYPE_TEXT, offsetof(Sell__Registration, description), true},
};
enum { FIELD_COUNT = sizeof fields / sizeof *fields };

static const char *text_at(const void *message, size_t offset) {
  const char *text = message ? *(char *const *)((const char *)message + offset) : NULL;
  return text ? text : "";
}

static bool texts_equal(char *const *a, size_t a_count, char *const *b, size_t b_count) {
  if (a_count != b_count)
    return false;
  for (size_t i = 0; i < a_count; i++)
    if (strcmp(a[i], b[i]) != 0)
      return false;
  return true;
}

static bool times_equal(const Google__Protobuf__Timestamp *a, const Google__Protobuf__Timestamp *b) {
  return timestamp_us(a, INT64_MIN) == timestamp_us(b, INT64_MIN);
}

static bool evidence_equal(const Sell__Registration *a, const Sell__Registration *b) {
  if (a->n_evidence != b->n_evidence)
    return false;
  for (size_t i = 0; i < a->n_evidence; i++) {
    const Sell__RegistrationEvidence *left = a->evidence[i], *right = b->evidence[i];
    if (left->kind != right->kind || !text_equal(left->description, right->description) ||
        !text_equal(left->uri, right->uri) || !times_equal(left->occur_time, right->occur_time))
      return false;
  }
  return true;
}

static bool money_equal(const Type__Money *a, const Type__Money *b) {
  if (!a || !b)
    return a == b;
  return a->amount_minor == b->amount_minor && text_equal(a->currency_code, b->currency_code);
}

static bool field_equal(const struct field *field, const Sell__Registration *a, const Sell__Registration *b) {
  switch (field->type) {
  case TYPE_TEXT:
    return strcmp(text_at(a, field->offset), text_at(b, field->offset)) == 0;
  case TYPE_COMPANY_TEXT:
    return strcmp(text_at(a->customer, field->offset), text_at(b->customer, field->offset)) == 0;
  case TYPE_TEXTS:
    return texts_equal(a->solutions, a->n_solutions, b->solutions, b->n_solutions);
  case TYPE_MONEY:
    return money_equal(a->expected_amount, b->expected_amount);
  case TYPE_TIME:
    return times_equal(a->expected_close_time, b->expected_close_time);
  case TYPE_EVIDENCE:
    return evidence_equal(a, b);
  }
  return false;
}

/* Whether a path in a request for action covers a field: itself, or the message around it. */
static bool covers(const char *path, const char *field) {
  size_t size = strlen(path);
  return strncmp(path, field, size) == 0 && (field[size] == '\0' || field[size] == '.');
}

static bool field_open(const struct field *field, const Sell__Registration *registration) {
  if (field->offset == offsetof(Sell__Registration, segment) && field->type == TYPE_TEXT &&
      registration->segment_correction)
    return false; /* the vendor's word, from then on */
  switch (registration->state) {
  case STATE(DRAFT):
    return true;
  case STATE(REJECTED): /* what an appeal is about stays as it was */
    return !registration->appeal ||
           registration->appeal->state != SELL__REGISTRATION_APPEAL__STATE__STATE_PENDING;
  case STATE(APPROVED):
  case STATE(EXTENDED):
    return field->protected;
  case STATE(ACTION_REQUIRED):
    for (size_t i = 0; registration->action && i < registration->action->n_fields; i++)
      if (covers(registration->action->fields[i], field->path))
        return true;
    return false;
  default:
    return false;
  }
}

bool registration_field_known(const char *path) {
  for (size_t i = 0; !text_empty(path) && i < FIELD_COUNT; i++)
    if (covers(path, fields[i].path))
      return true;
  return false;
}

bool registration_differs(const Sell__Registration *a, const Sell__Registration *b) {
  for (size_t i = 0; i < FIELD_COUNT; i++)
    if (!field_equal(&fields[i], a, b))
      return true;
  return false;
}

bool registration_identity_differs(const Sell__Registration *a, const Sell__Registration *b) {
  for (size_t i = 0; i < FIELD_COUNT; i++)
    if ((fields[i].type == TYPE_COMPANY_TEXT || fields[i].type == TYPE_TEXTS) &&
        !field_equal(&fields[i], a, b))
      return true;
  return false;
}

void registration_amended(const Sell__Registration *before, Sell__Registration *after) {
  if (before->state == STATE(REJECTED) && registration_identity_differs(before, after))
    after->submit_time = NULL;
}

const struct status *registration_check_update(const struct act *act, const Sell__Registration *before,
                                               const Sell__Registration *after) {
  struct status *locked = NULL, *invalid = NULL;
  struct buffer names = {.arena = act->arena};
  for (size_t i = 0; i < FIELD_COUNT; i++) {
    if (field_equal(&fields[i], before, after) || field_open(&fields[i], before))
      continue;
    guard_add(act->arena, &locked, "FIELD_LOCKED", before->name, "%s may not change now", fields[i].path);
    buffer_printf(&names, "%s%s", names.size ? "," : "", fields[i].path);
  }
  if (locked) {
    status_add_metadata(act->arena, locked, "state",
                        state_name(&sell__registration__state__descriptor, (int)before->state));
    status_add_metadata(act->arena, locked, "fields", names.data);
    return locked;
  }
  if (!registration_protected(before))
    return NULL;
  if (!after->expected_amount || after->expected_amount->amount_minor <= 0)
    invalid_add(act->arena, &invalid, "registration.expected_amount", "REQUIRED_FIELD_MISSING",
                "is needed while it is protected");
  if (!after->expected_close_time)
    invalid_add(act->arena, &invalid, "registration.expected_close_time", "REQUIRED_FIELD_MISSING",
                "is needed while it is protected");
  return invalid;
}
