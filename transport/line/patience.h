/*
 * patience: time limits for a slow side, on every kind of line.
 *
 * Waiting uses it up, each transferred byte restores some. So a side that is silent for max_ms fails, one that
 * sends a byte a second fails a moment later, and one that keeps the pace, in any pieces, never. A sign of life
 * renews it.
 *
 *   vv_patience p = {.max_ms = 60000, .bytes_per_sec = VV_PACE_DEFAULT};
 *   ... wait for ms, and get some bytes ...
 *   if (!vv_patience_spend(&p, ms, bytes)) return vv_patience_fail(&p, name, err);
 */
#ifndef VV_TRANSPORT_LINE_PATIENCE_H
#define VV_TRANSPORT_LINE_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "transport/line/options.h"

#define VV_PACE_DEFAULT 100u

/* max_ms or bytes_per_sec 0: without end. */
typedef struct vv_patience {
	uint64_t max_ms, bytes_per_sec;
	uint64_t owed; /* 1/1000 bytes that should have come; at most those of max_ms and a bit */
	uint64_t waited_ms, bytes; /* since it was renewed */
} vv_patience;

static inline void vv_patience_renew(vv_patience *p)
{
	p->owed = p->waited_ms = p->bytes = 0;
}

/* False: it is used up. */
static inline bool vv_patience_spend(vv_patience *p, uint64_t ms, uint64_t bytes)
{
	const uint64_t pace = p->bytes_per_sec < UINT32_MAX ? p->bytes_per_sec : UINT32_MAX;

	p->waited_ms += ms;
	p->bytes += bytes;
	if (p->max_ms == 0 || pace == 0) return true;
	p->owed += (ms < UINT32_MAX ? ms : UINT32_MAX) * pace;
	p->owed = bytes < p->owed / 1000 ? p->owed - bytes * 1000 : 0;
	return p->owed / pace <= p->max_ms;
}

vv_patience vv_patience_of(const vv_connect_options *o);
/* VV_EIO, for one that is used up. name: of the other side. */
vv_status vv_patience_fail(const vv_patience *p, const char *name, vv_error *err);

#endif
