#include "gateway/cli/render.h"

#include "gateway/compose/metric.h"
#include "runtime/base/money.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define RESET "\033[0m"

enum { PARTY_WIDTH = 9, GAP = 2, BAR_CELLS = 10, BAR_CELLS_NARROW = 5, TIME_SIZE = 40 };

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

static char *render_count(struct arena *arena, int64_t count) {
  struct buffer out = {.arena = arena};
  buffer_text(&out, count < 0 ? "-" : "");
  append_grouped(&out, magnitude(count));
  return out.data;
}

static char *render_bare_money(struct arena *arena, int64_t amount_minor, const char *currency) {
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

char *render_money(struct arena *arena, int64_t amount_minor, const char *currency) {
  char *amount = render_bare_money(arena, amount_minor, currency);
  return text_empty(currency) ? amount : arena_printf(arena, "%s %s", amount, currency);
}

char *render_percent(struct arena *arena, int64_t basis_points) {
  int64_t tenths = mul_div_half_even(basis_points, 1, 10);
  return arena_printf(arena, "%s%llu.%llu %%", tenths < 0 ? "-" : "",
                      (unsigned long long)(magnitude(tenths) / 10),
                      (unsigned long long)(magnitude(tenths) % 10));
}

static bool is_gap(const Gateway__Figure *figure) {
  return strcmp(figure->metric, "symmetry_gap") == 0;
}

static char *render_value(struct arena *arena, const Gateway__Figure *figure) {
  if (is_gap(figure)) { /* a difference of percentages is in points */
    char *text = render_percent(arena, figure->value);
    text[strlen(text) - 2] = '\0';
    return arena_printf(arena, "%s%s points", figure->value > 0 ? "+" : "", text);
  }
  switch (figure->unit) {
  case GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS:
    return render_percent(arena, figure->value);
  case GATEWAY__FIGURE__UNIT__UNIT_MONEY:
    return render_money(arena, figure->value, figure->currency_code);
  case GATEWAY__FIGURE__UNIT__UNIT_SCORE:
    return arena_printf(arena, "%+lld", (long long)figure->value);
  default:
    return render_count(arena, figure->value);
  }
}

char *render_figure(struct arena *arena, const Gateway__Figure *figure) {
  switch (figure->status) {
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA:
    return arena_strdup(arena, "no data");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED:
    return arena_strdup(arena, "not shared");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE:
    return arena_printf(arena, "%s ~", render_value(arena, figure));
  default:
    return render_value(arena, figure);
  }
}

static const char *color(const struct render_style *style, const char *code) {
  return style->terminal ? code : "";
}

static size_t size_max(size_t one, size_t other) {
  return one > other ? one : other;
}

/* Columns on the screen of UTF-8 text without combining marks, which is all that is put into tables here. */
static void append_padded(struct buffer *out, const char *text, size_t width) {
  buffer_text(out, text);
  for (size_t length = text_length(text); length < width; length++)
    buffer_text(out, " ");
}

/* The colour ends with the text, so that the padding can be trimmed at the end of a line. */
static void append_colored(struct buffer *out, const struct render_style *style, const char *code,
                           const char *text, size_t width) {
  bool shown = style->terminal && *code && *text;
  buffer_printf(out, "%s%s%s", shown ? code : "", text, shown ? RESET : "");
  for (size_t length = text_length(text); length < width; length++)
    buffer_text(out, " ");
}

static void append_trimmed_newline(struct buffer *out) {
  while (out->size > 0 && out->data[out->size - 1] == ' ')
    out->data[--out->size] = '\0';
  buffer_text(out, "\n");
}

static bool has_value(const Gateway__Figure *figure) {
  return figure->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_OK ||
         figure->status == TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE;
}

/* A share of a whole is drawn; a difference or an amount has no whole. */
static bool has_bar(const Gateway__Figure *figure) {
  return figure->unit == GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS && has_value(figure) &&
         figure->value >= 0 && strcmp(figure->metric, "symmetry_gap") != 0;
}

/* A share that ought to be whole is judged by its colour; how many deals are won or what is paid is not. */
static bool is_judged(const Gateway__Figure *figure) {
  return strncmp(figure->metric, "win_rate", 8) != 0 && strcmp(figure->metric, "effective_rate") != 0;
}

static const char *share_color(const Gateway__Figure *figure) {
  if (!is_judged(figure))
    return "";
  return figure->value >= 8000 ? GREEN : figure->value >= 6000 ? YELLOW : RED;
}

static void append_bar(struct buffer *out, const Gateway__Figure *figure, int cells) {
  int64_t basis_points = figure->value;
  int64_t eighths = basis_points >= BPS_ONE ? cells * 8 : basis_points * cells * 8 / BPS_ONE;
  static const char *const parts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  buffer_text(out, share_color(figure));
  for (int cell = 0; cell < cells; cell++, eighths -= 8)
    buffer_text(out, parts[eighths >= 8 ? 8 : eighths > 0 ? eighths : 0]);
  buffer_text(out, RESET);
}

/* What was divided by what; a currency that both share is said once. */
static char *render_parts(struct arena *arena, const Gateway__Figure *figure) {
  bool quotient = figure->unit == GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS;
  if (!has_value(figure) || (figure->denominator == 1 && !quotient) || is_gap(figure))
    return arena_strdup(arena, "");
  if (text_empty(figure->currency_code))
    return arena_printf(arena, "%s / %s", render_count(arena, figure->numerator),
                        render_count(arena, figure->denominator));
  if (quotient)
    return arena_printf(arena, "%s / %s", render_bare_money(arena, figure->numerator, figure->currency_code),
                        render_money(arena, figure->denominator, figure->currency_code));
  return arena_printf(arena, "%s / %s", render_money(arena, figure->numerator, figure->currency_code),
                      render_count(arena, figure->denominator));
}

static const struct metric_row *row_of(const char *id) {
  for (const struct metric_row *row = metric_rows; row->id; row++)
    if (strcmp(row->id, id) == 0)
      return row;
  return NULL;
}

static const char *party_label(Type__Party party) {
  return party == TYPE__PARTY__PARTY_VENDOR ? "vendor" : party == TYPE__PARTY__PARTY_PARTNER ? "partner" : "";
}

static const char *window_label(Gateway__Figure__Window window) {
  switch (window) {
  case GATEWAY__FIGURE__WINDOW__WINDOW_YEAR_TO_DATE:
    return "year to date";
  case GATEWAY__FIGURE__WINDOW__WINDOW_TO_DATE:
    return "to date";
  default:
    return "";
  }
}

static const char *title_of(const Gateway__Figure *figure) {
  const struct metric_row *row = row_of(figure->metric);
  return row ? row->title : figure->metric;
}

/* What stands behind a value, dim: what was divided, and over which time. */
static char *render_basis(struct arena *arena, const Gateway__Figure *figure) {
  const char *parts = render_parts(arena, figure), *window = window_label(figure->window);
  return arena_printf(arena, "%s%s%s", parts, *parts && *window ? ", " : "", window);
}

/* Where the columns of a view stand, from what has to go into them. */
struct layout {
  size_t title_width, value_width;
  int bar_cells; /* 0: no bars */
};

static size_t basis_column(const struct layout *layout) {
  return GAP + layout->title_width + PARTY_WIDTH + layout->value_width +
         (layout->bar_cells ? (size_t)layout->bar_cells + GAP : 0);
}

static bool fits(const struct render_style *style, size_t width) {
  return style->columns <= 0 || width <= (size_t)style->columns;
}

static struct layout layout_of(struct arena *arena, const struct render_style *style,
                               const Gateway__PartnershipPerformance *view) {
  struct layout layout = {.bar_cells = style->terminal ? BAR_CELLS : 0};
  size_t basis_width = 0;
  for (size_t i = 0; i < view->n_sections; i++)
    for (size_t f = 0; f < view->sections[i]->n_figures; f++) {
      const Gateway__Figure *figure = view->sections[i]->figures[f];
      layout.title_width = size_max(layout.title_width, text_length(title_of(figure)) + GAP);
      layout.value_width = size_max(layout.value_width, text_length(render_figure(arena, figure)) + GAP);
      basis_width = size_max(basis_width, text_length(render_basis(arena, figure)));
    }
  if (layout.bar_cells && !fits(style, basis_column(&layout) + basis_width))
    layout.bar_cells = BAR_CELLS_NARROW;
  return layout;
}

static void append_figure(struct buffer *out, const struct render_style *style, const struct layout *layout,
                          const Gateway__Figure *figure, bool repeats) {
  append_padded(out, "", GAP);
  append_padded(out, repeats ? "" : title_of(figure), layout->title_width);
  append_padded(out, party_label(figure->party), PARTY_WIDTH);
  append_colored(out, style, has_value(figure) ? BOLD : DIM, render_figure(out->arena, figure),
                 layout->value_width);
  if (layout->bar_cells && has_bar(figure))
    append_bar(out, figure, layout->bar_cells);
  else
    append_padded(out, "", (size_t)layout->bar_cells);
  append_padded(out, "", layout->bar_cells ? GAP : 0);
  const char *basis = render_basis(out->arena, figure);
  if (*basis && !fits(style, basis_column(layout) + text_length(basis))) {
    append_trimmed_newline(out);
    append_padded(out, "", GAP + layout->title_width + PARTY_WIDTH);
  }
  append_colored(out, style, DIM, basis, 0);
  append_trimmed_newline(out);
}

static char *render_time(struct arena *arena, const Google__Protobuf__Timestamp *time) {
  char text[TIME_SIZE];
  time_format(timestamp_us(time, 0), text, sizeof text);
  return arena_strdup(arena, text);
}

static void append_missing(struct buffer *out, const struct render_style *style,
                           const Gateway__PerformanceSection *section) {
  buffer_printf(out, "  %smissing%s: %s\n", color(style, RED), color(style, RESET), section->problem);
  if (section->last_known_time)
    buffer_printf(out, "  last known %s\n", render_time(out->arena, section->last_known_time));
  else
    buffer_text(out, "  not heard from since the gateway started\n");
}

static const char *section_title(Gateway__PerformanceSection__Pillar pillar) {
  static const char *const titles[] = {"", "ONBOARD", "ENABLE", "MARKET", "SELL", "INCENTIVIZE"};
  return pillar < sizeof titles / sizeof *titles ? titles[pillar] : "";
}

static const char *class_text(const Onboard__Partnership *partnership) {
  static const char *const texts[] = {"not classed", "standard", "premier tier", "strategic partnership",
                                      "strategic alliance"};
  size_t class = partnership ? partnership->classification : 0;
  return class < sizeof texts / sizeof *texts ? texts[class] : "";
}

static void append_period(struct buffer *out, const Type__Period *period) {
  char text[TIME_SIZE];
  period_format((struct period){timestamp_us(period->start_time, 0), timestamp_us(period->end_time, 0)}, text,
                sizeof text);
  buffer_text(out, text);
}

static void append_heading(struct buffer *out, const struct render_style *style, const char *title,
                           const char *note, const Type__Period *period,
                           const Google__Protobuf__Timestamp *as_of) {
  buffer_printf(out, "%s%s%s%s%s\n", color(style, BOLD), title, color(style, RESET), *note ? "  " : "", note);
  append_period(out, period);
  buffer_printf(out, ", as of %s\n", render_time(out->arena, as_of));
}

void render_view(struct buffer *out, const struct render_style *style,
                 const Gateway__PartnershipPerformance *view) {
  const Onboard__Partnership *partnership = view->resource;
  append_heading(out, style, partnership ? partnership->display_name : view->partnership,
                 class_text(partnership), view->period, view->as_of_time);
  if (partnership && partnership->classification_override)
    buffer_printf(out, "%slabelled above the evidence%s by %s: %s\n", color(style, YELLOW),
                  color(style, RESET), partnership->classification_override->actor,
                  partnership->classification_override->reason);
  const struct layout layout = layout_of(out->arena, style, view);
  for (size_t i = 0; i < view->n_sections; i++) {
    const Gateway__PerformanceSection *section = view->sections[i];
    buffer_printf(out, "\n%s%s%s\n", color(style, BOLD), section_title(section->pillar), color(style, RESET));
    if (section->state != GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE)
      append_missing(out, style, section);
    for (size_t f = 0; f < section->n_figures; f++)
      append_figure(out, style, &layout, section->figures[f],
                    f > 0 && strcmp(section->figures[f]->metric, section->figures[f - 1]->metric) == 0);
  }
}

/* ---- portfolio ---- */

struct column {
  const char *title, *metric;
  Type__Party party;
};

static const struct column columns[] = {
    {"CLASS", NULL, TYPE__PARTY__PARTY_UNSPECIFIED},
    {"FULFILMENT V", "fulfilment", TYPE__PARTY__PARTY_VENDOR},
    {"PARTNER", "fulfilment", TYPE__PARTY__PARTY_PARTNER},
    {"GAP", "symmetry_gap", TYPE__PARTY__PARTY_UNSPECIFIED},
    {"MISSED", "reviews_missed", TYPE__PARTY__PARTY_UNSPECIFIED},
    {"NPS", "nps", TYPE__PARTY__PARTY_UNSPECIFIED},
    {"CERTIFIED V", "certified_coverage", TYPE__PARTY__PARTY_VENDOR},
    {"PARTNER", "certified_coverage", TYPE__PARTY__PARTY_PARTNER},
    {"WIN RATE", "win_rate_joint", TYPE__PARTY__PARTY_UNSPECIFIED},
    {"REVENUE", "revenue", TYPE__PARTY__PARTY_UNSPECIFIED},
    {"EARNINGS", "earnings", TYPE__PARTY__PARTY_UNSPECIFIED},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const Gateway__Figure *figure_in(const Gateway__PortfolioEntry *entry, const struct column *column) {
  for (size_t i = 0; i < entry->n_figures; i++)
    if (strcmp(entry->figures[i]->metric, column->metric) == 0 && entry->figures[i]->party == column->party)
      return entry->figures[i];
  return NULL;
}

static const char *name_text(const Gateway__PortfolioEntry *entry) {
  return entry->partnership ? entry->partnership->display_name : "";
}

static const char *cell_text(struct arena *arena, const Gateway__PortfolioEntry *entry,
                             const struct column *column) {
  if (!column->metric)
    return class_text(entry->partnership);
  const Gateway__Figure *figure = figure_in(entry, column);
  return !figure ? "missing" : has_value(figure) ? render_figure(arena, figure) : "-";
}

static const char *cell_color(const Gateway__PortfolioEntry *entry, const struct column *column) {
  if (!column->metric)
    return "";
  const Gateway__Figure *figure = figure_in(entry, column);
  return !figure ? RED : has_bar(figure) ? share_color(figure) : "";
}

static void append_cell(struct buffer *out, const struct render_style *style,
                        const Gateway__PortfolioEntry *entry, const struct column *column, size_t width) {
  append_colored(out, style, cell_color(entry, column), cell_text(out->arena, entry, column), width);
}

/* One table of the columns from `first` up to `end`. */
static void append_table(struct buffer *out, const struct render_style *style,
                         const Gateway__ListPortfolioResponse *portfolio, const size_t widths[COLUMNS],
                         size_t name_width, size_t first, size_t end) {
  buffer_printf(out, "\n%s", color(style, BOLD));
  append_padded(out, "PARTNERSHIP", name_width);
  for (size_t c = first; c < end; c++)
    append_padded(out, columns[c].title, widths[c]);
  append_trimmed_newline(out);
  buffer_text(out, color(style, RESET));
  for (size_t i = 0; i < portfolio->n_entries; i++) {
    append_padded(out, name_text(portfolio->entries[i]), name_width);
    for (size_t c = first; c < end; c++)
      append_cell(out, style, portfolio->entries[i], &columns[c], widths[c]);
    append_trimmed_newline(out);
  }
}

/* As many columns a table as fit beside the name, at least one. The last needs no gap behind it. */
static void append_tables(struct buffer *out, const struct render_style *style,
                          const Gateway__ListPortfolioResponse *portfolio) {
  size_t widths[COLUMNS], name_width = sizeof "PARTNERSHIP" - 1 + GAP;
  for (size_t i = 0; i < portfolio->n_entries; i++)
    name_width = size_max(name_width, text_length(name_text(portfolio->entries[i])) + GAP);
  for (size_t c = 0; c < COLUMNS; c++) {
    widths[c] = text_length(columns[c].title) + GAP;
    for (size_t i = 0; i < portfolio->n_entries; i++)
      widths[c] =
          size_max(widths[c], text_length(cell_text(out->arena, portfolio->entries[i], &columns[c])) + GAP);
  }
  for (size_t first = 0, end; first < COLUMNS; first = end) {
    size_t width = name_width + widths[first];
    for (end = first + 1; end < COLUMNS && fits(style, width + widths[end] - GAP); end++)
      width += widths[end];
    append_table(out, style, portfolio, widths, name_width, first, end);
  }
}

void render_portfolio(struct buffer *out, const struct render_style *style,
                      const Gateway__ListPortfolioResponse *portfolio) {
  append_heading(out, style, "Portfolio", "", portfolio->period, portfolio->as_of_time);
  if (portfolio->n_entries > 0)
    append_tables(out, style, portfolio);
  else
    buffer_text(out, "\nno partnerships\n");
  for (size_t i = 0; i < portfolio->n_sections; i++) {
    const Gateway__PerformanceSection *section = portfolio->sections[i];
    if (section->state == GATEWAY__PERFORMANCE_SECTION__STATE__STATE_COMPLETE)
      continue;
    buffer_printf(out, "\n%s\n", section_title(section->pillar));
    append_missing(out, style, section);
  }
}
