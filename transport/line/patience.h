/*
 * patience: limits the time for a slow peer, on every kind of connection.
 *
 * Waiting uses up the patience with a peer, and each transferred byte restores a part of it. A peer
 * that sends nothing for max_ms is too slow. A peer that sends one byte per second is too slow
 * slightly later. A peer that transfers bytes_per_sec is never too slow. vv_patience_renew restores
 * the whole patience.
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

#define VV_PACE_DEFAULT 100u /* bytes per second */

/* The patience with one peer. If max_ms or bytes_per_sec is 0, it is unlimited. */
typedef struct vv_patience {
	uint64_t max_ms, bytes_per_sec; /* the longest wait without a byte; the required pace */
	/* number of bytes by which the peer is behind the pace, in units of 1/1000 byte */
	uint64_t owed;
	uint64_t waited_ms, bytes; /* time waited and bytes transferred since vv_patience_renew */
} vv_patience;

/* Restores the whole patience. */
static inline void vv_patience_renew(vv_patience *p)
{
	p->owed = p->waited_ms = p->bytes = 0;
}

/* Records a wait of ms milliseconds, in which this number of bytes was transferred. Returns false
 * if the patience is used up. */
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

/* Returns a new patience with the time limit vv_idle_sec of the options, and the pace
 * VV_PACE_DEFAULT. */
vv_patience vv_patience_of(const vv_connect_options *o);
/* Sets err for a peer that was too slow, with err->silent, and returns VV_EIO. name: the peer's
 * name. */
vv_status vv_patience_fail(const vv_patience *p, const char *name, vv_error *err);

#endif
