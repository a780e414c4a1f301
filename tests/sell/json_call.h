/* Calls of the sell service in the words of its contract: a method's name and its request as JSON. */
#ifndef ENTENTE_TESTS_SELL_JSON_CALL_H
#define ENTENTE_TESTS_SELL_JSON_CALL_H

#include "support/pillar_fixture.h"

/* `TargetAccountService/GetTargetAccount`; the answer of a call that must succeed. */
const void *json_call(struct pillar_fixture *fixture, const struct principal *who, const char *method,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The refusal of a call that must be refused for this reason. */
const struct status *json_refused(struct pillar_fixture *fixture, const struct principal *who,
                                  const char *reason, const char *method, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Text as JSON: in quotes, with what must be escaped escaped. For an etag. */
const char *json_text(struct pillar_fixture *fixture, const char *text);

#endif
