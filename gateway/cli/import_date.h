/* Dates as systems write them, by the forms that a mapping names. Pure. */
#ifndef ENTENTE_CLI_IMPORT_DATE_H
#define ENTENTE_CLI_IMPORT_DATE_H

#include "runtime/base/arena.h"

#include "google/protobuf/timestamp.pb-c.h"

#include <stdbool.h>

enum { DATE_FORMS_MAX = 4 };

/* Whether there is such a form: `ISO`, or days, months and years such as `MM/DD/YYYY`. */
bool date_form_known(const char *form);
/* The form with day and month the other way round; NULL when it has none. */
const char *date_form_turned(const char *form);
/* A date of a form, with or without a time of day: `1/5/2026`, `1/5/2026 14:30`, `1/5/2026, 2:30:05 PM`; UTC.
 * NULL when it is none. */
Google__Protobuf__Timestamp *date_read(struct arena *arena, const char *form, const char *text);

#endif
