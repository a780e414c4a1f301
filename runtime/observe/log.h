/* JSON logs, one object a line, on standard error: `time`, `level`, `service`, `message`, then fields. */
#ifndef ENTENTE_OBSERVE_LOG_H
#define ENTENTE_OBSERVE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };
struct log;

/* `debug`, `info`, `warning`, `error`; false on another word. */
bool log_level_parse(const char *word, enum log_level *out);

/* Writes to `fd` (kept open by the caller). Lines are at most 8 KiB, values
 * 1 KiB: longer ones are cut and marked, fields beyond are left out. Thread-safe.
 * Buffered: a line goes out within 100 ms, warnings and errors at once. */
struct log *log_create(int fd, const char *service, enum log_level least);
void log_destroy(struct log *log); /* flushes; NULL is allowed */

struct log_field {
  const char *key;  /* plain lower-case text, written as it is; ends the array when NULL */
  const char *text; /* NULL: the number */
  int64_t number;
  int decimals; /* digits of the number behind the point, 0 to 6: 1234 with 3 is written 1.234 */
};
/* NULL log: nothing. Secrets never come here: no header values, no tokens, no request bodies. */
void log_event(struct log *log, enum log_level level, const char *message, const struct log_field *fields);

#endif
