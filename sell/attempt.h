/* Rules of attempts: what a partnership has tried in vain about one customer, and what that leaves it. Pure.
 *
 * An attempt is a submission that the vendor rejected, or that the partner withdrew or left unattended once
 * the vendor had taken it up. It is kept under every exact key of its customer, by the partnership, so it
 * counts whichever registration comes next. */
#ifndef ENTENTE_SELL_ATTEMPT_H
#define ENTENTE_SELL_ATTEMPT_H

#include "runtime/base/machine.h"
#include "sell/company.h"

#include "entente/sell/v1/attempt.pb-c.h"
#include "entente/sell/v1/registration.pb-c.h"

/* Of one book; every attempt that can count for anybody ended within ATTEMPT_DAYS_MAX. */
enum { ATTEMPTS_MAX = 64, ATTEMPT_DAYS_MAX = 730 };
#define REASON_ATTEMPT_LIMIT "ATTEMPT_LIMIT"

/* The name of the book of a key: `vendors/halden/partnerships/orvane/attemptBooks/` and 40 hexadecimal
 * digits.
 */
char *attempt_book_name(struct arena *arena, const char *partnership, const struct company_key *key);

/* Whether a registration, as it is now, ended as an attempt. */
bool registration_is_attempt(const Sell__Registration *registration);
/* Notes the attempt that it ended as; what is older than any policy asks for goes. */
void attempt_note(struct arena *arena, Sell__AttemptBook *book, const Sell__Registration *registration,
                  int64_t now_us);
/* Takes back the attempt that the registration's submission was; answers whether it was there. */
bool attempt_take_back(Sell__AttemptBook *book, const Sell__Registration *registration);

/* Attempts that count against a submission, each once, earliest end first. */
struct attempts {
  const Sell__Attempt **items;
  size_t count;
};
/* Those about the same company and a same solution that ended within the days of the registration's terms. */
void attempts_find(const struct act *act, Sell__AttemptBook *const *books, size_t book_count,
                   const Sell__Registration *registration, struct attempts *out);
/* FAILED_PRECONDITION (ATTEMPT_LIMIT) when there are more than the terms allow. */
const struct status *attempts_check(const struct act *act, const struct attempts *attempts,
                                    const Sell__Registration *registration);
/* Lowers `submitted_amount` to the least of what they were submitted with, in the same currency. */
void attempts_lower(const struct act *act, const struct attempts *attempts, Sell__Registration *registration);

#endif
