#include "gateway/cli/draw.h"

#include "runtime/base/money.h"
#include "runtime/base/period.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

enum { TIME_SIZE = 40, DAY_LENGTH = 10, MINUTE_LENGTH = 5, CELL_EIGHTHS = 8 };

/* ---- numbers and times ---- */

static void append_grouped(struct buffer *out, uint64_t number) {
  if (number >= 1000) {
    append_grouped(out, number / 1000);
    buffer_printf(out, ",%03u", (unsigned)(number % 1000));
  } else {
    buffer_printf(out, "%u", (unsigned)number);
  }
}

static uint64_t magnitude(int64_t number) {
  return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

char *draw_count(struct arena *arena, int64_t count) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, count < 0 ? "-" : "");
  append_grouped(&out, magnitude(count));
  return out.data;
}

char *draw_bare_money(struct arena *arena, int64_t amount_minor, const char *currency) {
  struct buffer out = {.arena = arena};
  int decimals = currency_known(currency) ? currency_decimals(currency) : 2;
  uint64_t unit = 1, amount = magnitude(amount_minor);
  for (int i = 0; i < decimals; i++)
    unit *= 10;
  buffer_text(&out, amount_minor < 0 ? "-" : "");
  append_grouped(&out, amount / unit);
  if (amount % unit)
    buffer_printf(&out, ".%0*llu", decimals, (unsigned long long)(amount % unit));
  return out.data;
}

char *draw_money(struct arena *arena, int64_t amount_minor, const char *currency) {
  char *amount = draw_bare_money(arena, amount_minor, currency);
  return text_empty(currency) ? amount : arena_printf(arena, "%s %s", amount, currency);
}

char *draw_percent(struct arena *arena, int64_t basis_points) {
  int64_t tenths = mul_div_half_even(basis_points, 1, 10);
  return arena_printf(arena, "%s%llu.%llu %%", tenths < 0 ? "-" : "",
                      (unsigned long long)(magnitude(tenths) / 10),
                      (unsigned long long)(magnitude(tenths) % 10));
}

char *draw_time(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  char text[TIME_SIZE];
  time_format(timestamp_us(time, 0), text, sizeof text);
  return arena_strdup(arena, text);
}

char *draw_minute(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  if (!time)
    return arena_strdup(arena, "");
  const char *text = draw_time(arena, time);
  return arena_printf(arena, "%.*s %.*s", DAY_LENGTH, text, MINUTE_LENGTH, text + DAY_LENGTH + 1);
}

char *draw_day(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  return time ? arena_strndup(arena, draw_time(arena, time), DAY_LENGTH) : arena_strdup(arena, "");
}

/* ---- lines ---- */

const char *draw_color(const struct render_style *style, const char *code) {
  return style->terminal ? code : "";
}

size_t draw_widest(size_t one, size_t other) {
  return one > other ? one : other;
}

bool draw_fits(const struct render_style *style, size_t width) {
  return style->columns <= 0 || width <= (size_t)style->columns;
}

void draw_padded(struct buffer *out, const char *text, size_t width) {
  buffer_text(out, text);
  for (size_t length = text_length(text); length < width; length++)
    buffer_text(out, " ");
}

/* The colour ends with the text, so that the padding can be trimmed at the end of a line. */
void draw_colored(struct buffer *out, const struct render_style *style, const char *code, const char *text,
                  size_t width) {
  bool shown = style->terminal && *code && *text;
  buffer_printf(out, "%s%s%s", shown ? code : "", text, shown ? DRAW_RESET : "");
  for (size_t length = text_length(text); length < width; length++)
    buffer_text(out, " ");
}

void draw_line_end(struct buffer *out) {
  while (out->size > 0 && out->data[out->size - 1] == ' ')
    out->data[--out->size] = '\0';
  buffer_text(out, "\n");
}

char *draw_bar_text(struct arena *arena, int64_t basis_points, int cells) {
  static const char *const parts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  struct buffer out = {.arena = arena};
  int64_t eighths =
      basis_points >= BPS_ONE ? (int64_t)cells * CELL_EIGHTHS : basis_points * cells * CELL_EIGHTHS / BPS_ONE;
  buffer_text(&out, "");
  for (int cell = 0; cell < cells; cell++, eighths -= CELL_EIGHTHS)
    buffer_text(&out, parts[eighths >= CELL_EIGHTHS ? CELL_EIGHTHS : eighths > 0 ? eighths : 0]);
  return out.data;
}

void draw_bar(struct buffer *out, const char *code, int64_t basis_points, int cells) {
  buffer_printf(out, "%s%s%s", code, draw_bar_text(out->arena, basis_points, cells), DRAW_RESET);
}

/* ---- tables ---- */

struct table_drawn {
  const struct draw_column *columns;
  size_t column_count;
  const struct draw_cell *cells;
  size_t row_count;
  size_t *widths; /* without the gap */
};

static const char *text_of(const struct draw_cell *cell) {
  return cell->text ? cell->text : "";
}

/* A cell and the gap behind it. */
static void append_cell(struct buffer *out, const struct render_style *style, const struct table_drawn *table,
                        size_t column, const char *code, const char *text) {
  size_t width = table->widths[column], length = text_length(text);
  bool right = table->columns[column].right;
  if (right)
    draw_padded(out, "", width > length ? width - length : 0);
  draw_colored(out, style, code, text, right ? 0 : width);
  draw_padded(out, "", DRAW_GAP);
}

/* One table of the first column and those from `first` up to `end`. */
static void append_part(struct buffer *out, const struct render_style *style, const struct table_drawn *table,
                        size_t first, size_t end) {
  buffer_text(out, "\n");
  append_cell(out, style, table, 0, DRAW_BOLD, table->columns[0].title);
  for (size_t c = first; c < end; c++)
    append_cell(out, style, table, c, DRAW_BOLD, table->columns[c].title);
  draw_line_end(out);
  for (size_t r = 0; r < table->row_count; r++) {
    const struct draw_cell *row = &table->cells[r * table->column_count];
    append_cell(out, style, table, 0, row->color ? row->color : "", text_of(row));
    for (size_t c = first; c < end; c++)
      append_cell(out, style, table, c, row[c].color ? row[c].color : "", text_of(&row[c]));
    draw_line_end(out);
  }
}

void draw_table(struct buffer *out, const struct render_style *style, const struct draw_column *columns,
                size_t column_count, const struct draw_cell *cells, size_t row_count) {
  struct table_drawn table = {columns, column_count, cells, row_count,
                              arena_calloc(out->arena, column_count, sizeof *table.widths)};
  for (size_t c = 0; c < column_count; c++) {
    table.widths[c] = text_length(columns[c].title);
    for (size_t r = 0; r < row_count; r++)
      table.widths[c] = draw_widest(table.widths[c], text_length(text_of(&cells[r * column_count + c])));
  }
  size_t first = 1, end;
  do { /* as many columns as fit, at least one; the last needs no gap behind it */
    size_t width = table.widths[0];
    for (end = first;
         end < column_count && (end == first || draw_fits(style, width + DRAW_GAP + table.widths[end]));
         end++)
      width += DRAW_GAP + table.widths[end];
    append_part(out, style, &table, first, end);
    first = end;
  } while (first < column_count);
}
