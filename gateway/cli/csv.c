#include "gateway/cli/csv.h"

#include "runtime/base/text.h"

#include <stdbool.h>
#include <string.h>

/* What parts the fields of the first line; a comma unless another one does so more often. */
static char separator_find(const struct csv *csv) {
  static const char separators[] = {',', ';', '\t'};
  size_t counts[sizeof separators] = {0}, most = 0;
  bool quoted = false;
  for (size_t i = csv->place; i < csv->size && (quoted || csv->data[i] != '\n'); i++) {
    quoted ^= csv->data[i] == '"';
    for (size_t s = 0; s < sizeof separators && !quoted; s++)
      counts[s] += csv->data[i] == separators[s];
  }
  for (size_t s = 1; s < sizeof separators; s++)
    if (counts[s] > counts[most])
      most = s;
  return separators[most];
}

void csv_init(struct csv *csv, const char *data, size_t size) {
  static const char mark[] = "\xEF\xBB\xBF";
  *csv = (struct csv){.data = data, .size = size, .line = 1};
  if (size >= sizeof mark - 1 && memcmp(data, mark, sizeof mark - 1) == 0)
    csv->place = sizeof mark - 1;
  csv->separator = separator_find(csv);
}

static int peek(const struct csv *csv) {
  return csv->place < csv->size ? (unsigned char)csv->data[csv->place] : -1;
}

/* The end of a line at the reader's place: 1 or 2 bytes; 0 when there is none. */
static size_t line_end(const struct csv *csv) {
  int c = peek(csv);
  if (c == '\n')
    return 1;
  return c == '\r' && csv->place + 1 < csv->size && csv->data[csv->place + 1] == '\n' ? 2 : 0;
}

static void skip_empty_lines(struct csv *csv) {
  for (size_t end = line_end(csv); end; end = line_end(csv)) {
    csv->place += end;
    csv->line++;
  }
}

static void skip_line(struct csv *csv) {
  while (csv->place < csv->size && csv->data[csv->place] != '\n')
    csv->place++;
  if (csv->place < csv->size) {
    csv->place++;
    csv->line++;
  }
}

/* Up to the separator or the end of the line. */
static const char *read_plain(struct csv *csv, struct buffer *field) {
  size_t start = csv->place;
  for (int c = peek(csv); c >= 0 && c != csv->separator && c != '\n'; c = peek(csv)) {
    if (c == '"')
      return "a quote stands within a field that is not quoted";
    if (c == '\r') {
      if (line_end(csv))
        break;
      return "a carriage return stands alone";
    }
    csv->place++;
  }
  if (csv->place - start > CSV_FIELD_BYTES)
    return "a field is longer than 16 KiB";
  buffer_append(field, csv->data + start, csv->place - start);
  return NULL;
}

/* Behind the opening quote, up to behind the closing one. */
static const char *read_quoted(struct csv *csv, struct buffer *field) {
  for (;;) {
    const char *from = csv->data + csv->place;
    const char *quote = memchr(from, '"', csv->size - csv->place);
    if (!quote)
      return "a quoted field is not closed";
    size_t length = (size_t)(quote - from);
    if (field->size + length > CSV_FIELD_BYTES)
      return "a field is longer than 16 KiB";
    for (const char *c = from; c < quote; c++)
      csv->line += *c == '\n';
    buffer_append(field, from, length);
    csv->place += length + 1;
    if (peek(csv) != '"')
      break;
    buffer_append(field, "\"", 1);
    csv->place++;
  }
  int next = peek(csv);
  return next < 0 || next == csv->separator || line_end(csv) ? NULL : "text stands behind a closing quote";
}

static const char *read_field(struct csv *csv, struct arena *arena, char **out) {
  struct buffer field = {.arena = arena};
  const char *problem;
  buffer_append(&field, "", 0);
  if (peek(csv) == '"') {
    csv->place++;
    problem = read_quoted(csv, &field);
  } else {
    problem = read_plain(csv, &field);
  }
  if (!problem && !text_is_utf8(field.data, field.size))
    problem = "a field is not UTF-8 text";
  *out = field.data;
  return problem;
}

static const char *read_fields(struct csv *csv, struct arena *arena, struct csv_record *record) {
  char *fields[CSV_FIELDS_MAX];
  for (;;) {
    if (record->count == CSV_FIELDS_MAX)
      return "it has more than 256 fields";
    const char *problem = read_field(csv, arena, &fields[record->count]);
    if (problem)
      return problem;
    record->count++;
    if (peek(csv) != csv->separator)
      break;
    csv->place++;
  }
  record->fields = arena_copy(arena, fields, record->count * sizeof *fields);
  return NULL;
}

enum csv_result csv_next(struct csv *csv, struct arena *arena, struct csv_record *record) {
  skip_empty_lines(csv);
  *record = (struct csv_record){.line = csv->line};
  if (csv->place >= csv->size)
    return CSV_END;
  record->problem = read_fields(csv, arena, record);
  if (record->problem) {
    record->count = 0;
    skip_line(csv);
    return CSV_BAD;
  }
  if (csv->place < csv->size) {
    csv->place += line_end(csv);
    csv->line++;
  }
  return CSV_RECORD;
}
