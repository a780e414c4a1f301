/* Views as text for people: colours and bars on a terminal, plain aligned text in a pipe. Pure: writes to a
 * buffer. */
#ifndef ENTENTE_CLI_RENDER_H
#define ENTENTE_CLI_RENDER_H

#include "gateway/cli/draw.h"

#include "entente/gateway/v1/performance_service.pb-c.h"

/* A figure's value in its unit, or `no data`, `not shared`; `~` behind one of few samples. */
char *render_figure(struct arena *arena, const Gateway__Figure *figure);

/* A partnership's view: a heading, then a table a pillar with what was divided beside each figure. */
void render_view(struct buffer *out, const struct render_style *style,
                 const Gateway__PartnershipPerformance *view);
/* A portfolio: a row a partnership; in as many tables as the columns need, one below the other. */
void render_portfolio(struct buffer *out, const struct render_style *style,
                      const Gateway__ListPortfolioResponse *portfolio);

#endif
