/* Records of a CSV text after RFC 4180, strictly: a quote within an unquoted field, text behind a closing
 * quote, a quote that never closes, a bare carriage return, bytes that are not UTF-8 and a NUL are refused,
 * not guessed at. Lines may end in LF or CRLF; a line that is wholly empty is passed over, and so is a byte
 * order mark at the start. Fields are parted by commas, or by semicolons or tabs if the first line has more
 * of those, as spreadsheets write them where the comma is the decimal mark. A record that is refused does not
 * take the next one with it. Pure. */
#ifndef ENTENTE_CLI_CSV_H
#define ENTENTE_CLI_CSV_H

#include "runtime/base/arena.h"

#include <stddef.h>
#include <stdint.h>

enum {
  CSV_FIELDS_MAX = 256,       /* of one record */
  CSV_FIELD_BYTES = 16 << 10, /* of one field */
};

struct csv {
  const char *data; /* need not end in NUL; must outlive the reader */
  size_t size;
  size_t place;
  int64_t line; /* of `place`, from 1 */
  char separator;
};

struct csv_record {
  int64_t line; /* where it begins */
  size_t count;
  char **fields; /* NUL-terminated, in the arena given */
  const char *problem;
};

enum csv_result {
  CSV_RECORD, /* `record` has the fields */
  CSV_BAD,    /* `record->problem` says why; reading goes on behind the line of the fault */
  CSV_END,
};

void csv_init(struct csv *csv, const char *data, size_t size);
enum csv_result csv_next(struct csv *csv, struct arena *arena, struct csv_record *record);

#endif
