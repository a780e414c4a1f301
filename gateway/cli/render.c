#include "gateway/cli/render.h"

#include "gateway/compose/metric.h"
#include "runtime/base/money.h"
#include "runtime/base/timestamp.h"

#include <stdio.h>
#include <string.h>

enum { PARTY_WIDTH = 9, BAR_CELLS = 10, BAR_CELLS_NARROW = 5, TIME_SIZE = 40 };

static bool is_gap(const Gateway__Figure *figure) {
  return strcmp(figure->metric, "symmetry_gap") == 0;
}

static char *render_value(struct arena *arena, const Gateway__Figure *figure) {
  if (is_gap(figure)) { /* a difference of percentages is in points */
    char *text = draw_percent(arena, figure->value);
    text[strlen(text) - 2] = '\0';
    return arena_printf(arena, "%s%s points", figure->value > 0 ? "+" : "", text);
  }
  switch (figure->unit) {
  case GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS:
    return draw_percent(arena, figure->value);
  case GATEWAY__FIGURE__UNIT__UNIT_MONEY:
    return draw_money(arena, figure->value, figure->currency_code);
  case GATEWAY__FIGURE__UNIT__UNIT_SCORE:
    return arena_printf(arena, "%+lld", (long long)figure->value);
  default:
    return draw_count(arena, figure->value);
  }
}

char *render_figure(struct arena *arena, const Gateway__Figure *figure) {
  switch (figure->status) {
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_NO_DATA:
    return arena_strdup(arena, "no data");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_NOT_SHARED:
    return arena_strdup(arena, "not shared");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_BELOW_FLOOR:
    return arena_strdup(arena, "too few to tell");
  case TYPE__FIGURE_STATUS__FIGURE_STATUS_LOW_SAMPLE:
    return arena_printf(arena, "%s ~", render_value(arena, figure));
  default:
    return render_value(arena, figure);
  }
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
  return figure->value >= 8000 ? DRAW_GREEN : figure->value >= 6000 ? DRAW_YELLOW : DRAW_RED;
}

/* What was divided by what; a currency that both share is said once. */
static char *render_parts(struct arena *arena, const Gateway__Figure *figure) {
  bool quotient = figure->unit == GATEWAY__FIGURE__UNIT__UNIT_BASIS_POINTS;
  if (!has_value(figure) || (figure->denominator == 1 && !quotient) || is_gap(figure))
    return arena_strdup(arena, "");
  if (text_empty(figure->currency_code))
    return arena_printf(arena, "%s / %s", draw_count(arena, figure->numerator),
                        draw_count(arena, figure->denominator));
  if (quotient)
    return arena_printf(arena, "%s / %s", draw_bare_money(arena, figure->numerator, figure->currency_code),
                        draw_money(arena, figure->denominator, figure->currency_code));
  return arena_printf(arena, "%s / %s", draw_money(arena, figure->numerator, figure->currency_code),
                      draw_count(arena, figure->denominator));
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
  return DRAW_GAP + layout->title_width + PARTY_WIDTH + layout->value_width +
         (layout->bar_cells ? (size_t)layout->bar_cells + DRAW_GAP : 0);
}

static struct layout layout_of(struct arena *arena, const struct render_style *style,
                               const Gateway__PartnershipPerformance *view) {
  struct layout layout = {.bar_cells = style->terminal ? BAR_CELLS : 0};
  size_t basis_width = 0;
  for (size_t i = 0; i < view->n_sections; i++)
    for (size_t f = 0; f < view->sections[i]->n_figures; f++) {
      const Gateway__Figure *figure = view->sections[i]->figures[f];
      layout.title_width = draw_widest(layout.title_width, text_length(title_of(figure)) + DRAW_GAP);
      layout.value_width =
          draw_widest(layout.value_width, text_length(render_figure(arena, figure)) + DRAW_GAP);
      basis_width = draw_widest(basis_width, text_length(render_basis(arena, figure)));
    }
  if (layout.bar_cells && !draw_fits(style, basis_column(&layout) + basis_width))
    layout.bar_cells = BAR_CELLS_NARROW;
  return layout;
}

static void append_figure(struct buffer *out, const struct render_style *style, const struct layout *layout,
                          const Gateway__Figure *figure, bool repeats) {
  draw_padded(out, "", DRAW_GAP);
  draw_padded(out, repeats ? "" : title_of(figure), layout->title_width);
  draw_padded(out, party_label(figure->party), PARTY_WIDTH);
  draw_colored(out, style, has_value(figure) ? DRAW_BOLD : DRAW_DIM, render_figure(out->arena, figure),
               layout->value_width);
  if (layout->bar_cells && has_bar(figure))
    draw_bar(out, share_color(figure), figure->value, layout->bar_cells);
  else
    draw_padded(out, "", (size_t)layout->bar_cells);
  draw_padded(out, "", layout->bar_cells ? DRAW_GAP : 0);
  const char *basis = render_basis(out->arena, figure);
  if (*basis && !draw_fits(style, basis_column(layout) + text_length(basis))) {
    draw_line_end(out);
    draw_padded(out, "", DRAW_GAP + layout->title_width + PARTY_WIDTH);
  }
  draw_colored(out, style, DRAW_DIM, basis, 0);
  draw_line_end(out);
}

static void append_missing(struct buffer *out, const struct render_style *style,
                           const Gateway__PerformanceSection *section) {
  buffer_printf(out, "  %smissing%s: %s\n", draw_color(style, DRAW_RED), draw_color(style, DRAW_RESET),
                section->problem);
  if (section->last_known_time)
    buffer_printf(out, "  last known %s\n", draw_time(out->arena, section->last_known_time));
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
  buffer_printf(out, "%s%s%s%s%s\n", draw_color(style, DRAW_BOLD), title, draw_color(style, DRAW_RESET),
                *note ? "  " : "", note);
  append_period(out, period);
  buffer_printf(out, ", as of %s\n", draw_time(out->arena, as_of));
}

void render_view(struct buffer *out, const struct render_style *style,
                 const Gateway__PartnershipPerformance *view) {
  const Onboard__Partnership *partnership = view->resource;
  append_heading(out, style, partnership ? partnership->display_name : view->partnership,
                 class_text(partnership), view->period, view->as_of_time);
  if (partnership && partnership->classification_override)
    buffer_printf(out, "%slabelled above the evidence%s by %s: %s\n", draw_color(style, DRAW_YELLOW),
                  draw_color(style, DRAW_RESET), partnership->classification_override->actor,
                  partnership->classification_override->reason);
  const struct layout layout = layout_of(out->arena, style, view);
  for (size_t i = 0; i < view->n_sections; i++) {
    const Gateway__PerformanceSection *section = view->sections[i];
    buffer_printf(out, "\n%s%s%s\n", draw_color(style, DRAW_BOLD), section_title(section->pillar),
                  draw_color(style, DRAW_RESET));
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
  return !figure ? DRAW_RED : has_bar(figure) ? share_color(figure) : "";
}

static void append_table(struct buffer *out, const struct render_style *style,
                         const Gateway__ListPortfolioResponse *portfolio) {
  struct draw_column heads[COLUMNS + 1] = {{.title = "PARTNERSHIP"}};
  struct draw_cell *cells = arena_calloc(out->arena, portfolio->n_entries * (COLUMNS + 1), sizeof *cells);
  for (size_t c = 0; c < COLUMNS; c++)
    heads[c + 1].title = columns[c].title;
  for (size_t i = 0; i < portfolio->n_entries; i++) {
    const Gateway__PortfolioEntry *entry = portfolio->entries[i];
    struct draw_cell *row = &cells[i * (COLUMNS + 1)];
    row[0].text = name_text(entry);
    for (size_t c = 0; c < COLUMNS; c++)
      row[c + 1] =
          (struct draw_cell){cell_text(out->arena, entry, &columns[c]), cell_color(entry, &columns[c])};
  }
  draw_table(out, style, heads, COLUMNS + 1, cells, portfolio->n_entries);
}

void render_portfolio(struct buffer *out, const struct render_style *style,
                      const Gateway__ListPortfolioResponse *portfolio) {
  append_heading(out, style, "Portfolio", "", portfolio->period, portfolio->as_of_time);
  if (portfolio->n_entries > 0)
    append_table(out, style, portfolio);
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
