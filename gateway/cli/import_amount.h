/* Amounts of money as systems write them. A wrong guess is a factor of a hundred in somebody's pipeline, so
 * nothing is guessed: digits are grouped in threes or not at all, and a unit that contradicts another is
 * refused. Pure. */
#ifndef ENTENTE_CLI_IMPORT_AMOUNT_H
#define ENTENTE_CLI_IMPORT_AMOUNT_H

#include "runtime/base/arena.h"

#include "entente/type/v1/value.pb-c.h"

struct amount_rules {
  char mark;          /* `.` or `,` before decimals */
  const char *column; /* the currency that the row names elsewhere; "": none */
  const char *usual;  /* ISO 4217 of amounts that name none */
};

/* `1234.50`, `1,234.50`, `USD 1,234.50`, `1.234,50 EUR`, `$1,234.50`: digits grouped in threes by the other
 * mark, an apostrophe or a space, and a code or a sign at one end. `*out` is in the arena, NULL when it is 0,
 * which systems write where nothing is known. NULL or why it is no amount. */
const char *amount_read(struct arena *arena, const char *text, const struct amount_rules *rules,
                        Type__Money **out);

#endif
