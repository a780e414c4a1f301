/* What text for people is drawn with: numbers, colours, bars, tables. Colours and bars on a terminal, plain
 * aligned text in a pipe. Pure: writes to a buffer, whose arena holds what is returned. */
#ifndef ENTENTE_CLI_DRAW_H
#define ENTENTE_CLI_DRAW_H

#include "runtime/base/text.h"

#include "google/protobuf/timestamp.pb-c.h"

#include <stdbool.h>

struct render_style {
  bool terminal; /* colours and bars */
  int columns;   /* no line is longer where that can be helped; 0: any length */
};

#define DRAW_BOLD "\033[1m"
#define DRAW_DIM "\033[2m"
#define DRAW_RED "\033[31m"
#define DRAW_GREEN "\033[32m"
#define DRAW_YELLOW "\033[33m"
#define DRAW_RESET "\033[0m"
enum { DRAW_GAP = 2 }; /* between columns */

/* `12,345`. */
char *draw_count(struct arena *arena, int64_t count);
/* `1,234,567.89`: minor units with the currency's decimals. */
char *draw_bare_money(struct arena *arena, int64_t amount_minor, const char *currency);
/* `1,234,567.89 USD`; `USD` is left out where empty. */
char *draw_money(struct arena *arena, int64_t amount_minor, const char *currency);
/* `94.1 %`; `-3.0 %`. One decimal, half to even. */
char *draw_percent(struct arena *arena, int64_t basis_points);
/* `2026-09-30T12:00:00Z`; 1970 for NULL. */
char *draw_time(struct arena *arena, const Google__Protobuf__Timestamp *time);
/* `2026-09-30 12:00`, in UTC; "" for NULL. */
char *draw_minute(struct arena *arena, const Google__Protobuf__Timestamp *time);
/* `2026-09-30`; "" for NULL. */
char *draw_day(struct arena *arena, const Google__Protobuf__Timestamp *time);

/* The code on a terminal, "" in a pipe. */
const char *draw_color(const struct render_style *style, const char *code);
/* Text, and spaces up to `width` columns of the screen. UTF-8 without combining marks. */
void draw_padded(struct buffer *out, const char *text, size_t width);
/* The same in a colour, which ends with the text. */
void draw_colored(struct buffer *out, const struct render_style *style, const char *code, const char *text,
                  size_t width);
/* Ends a line without the spaces at its end. */
void draw_line_end(struct buffer *out);
/* A share of a whole in so many cells, each drawn in eighths. */
char *draw_bar_text(struct arena *arena, int64_t basis_points, int cells);
/* The same in a colour. */
void draw_bar(struct buffer *out, const char *code, int64_t basis_points, int cells);
bool draw_fits(const struct render_style *style, size_t width);
size_t draw_widest(size_t one, size_t other);

struct draw_column {
  const char *title;
  bool right; /* aligned: numbers that are compared */
};

struct draw_cell {
  const char *text;  /* NULL: empty */
  const char *color; /* NULL: none */
};

/* A table, `cells` row by row. Columns that do not fit beside the first one follow in tables below, each with
 * the first column again. An empty line goes before each table. */
void draw_table(struct buffer *out, const struct render_style *style, const struct draw_column *columns,
                size_t column_count, const struct draw_cell *cells, size_t row_count);

#endif
