/* A partnership's market share as text for people. Pure: writes to a buffer. */
#ifndef ENTENTE_CLI_RENDER_SHARE_H
#define ENTENTE_CLI_RENDER_SHARE_H

#include "gateway/cli/draw.h"

#include "entente/sell/v1/market_share_service.pb-c.h"

/* A row for each of the two instants, with what was won, of which market, by which estimate; then the change.
 */
void render_share(struct buffer *out, const struct render_style *style, const Sell__MarketShare *share);

#endif
