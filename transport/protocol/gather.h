/*
 * gather: fetches missing blocks from all peers that have them.
 *
 * Each peer has a thread that requests a batch at a time; a batch is as large as the peer delivers in about a
 * second, so faster peers get more. When all blocks are requested, an idle peer is also asked for blocks that a
 * slower one still owes: the first answer counts, and pending requests are stopped at the end. So no peer makes a
 * transfer slower than it is without that peer. A failing peer (it dies, stalls, or sends wrong blocks) is dropped
 * and its batch is requested elsewhere, as is a block that a peer does not have. A peer that is not open yet is
 * opened by its thread while others are used, which is abandoned at the end. The first peer is the origin: while
 * others work, it is used only for blocks that none of them has, or if they would take long.
 *
 * Records of earlier transfers (speeds.h) count until this one has measured the peer: a peer that would need
 * longer for its first block than faster ones for all is not used, and one that failed recently only if even the
 * origin lacks the blocks, or would take long.
 */
#ifndef VV_TRANSPORT_PROTOCOL_GATHER_H
#define VV_TRANSPORT_PROTOCOL_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "transport/protocol/ask.h"
#include "transport/protocol/peer.h"
#include "transport/protocol/receive.h"
#include "transport/protocol/speeds.h"

/* Where blocks come from beside peers that speak the protocol (an IPFS gateway). Answers each
 * want through fn, as vv_peer_blocks. Runs in a thread of its own. */
typedef vv_status (*vv_source_fn)(void *source, const vv_lacking *wants, size_t count,
				  vv_peer_block_fn fn, void *payload, vv_error *err);

#define VV_SUPPLIERS_MAX 32u

typedef struct vv_supplier {
	const char *name;
	/* NULL, or opens it on demand in its thread, so that a sleeping machine delays nothing; adopt then sets
	 * peer, or source with its payload. */
	vv_ask *ask;
	void (*adopt)(struct vv_supplier *s);
	bool opened;
	vv_peer *peer;       /* or NULL, and then */
	vv_source_fn source; /* delivers the blocks, with */
	void *payload;
	void (*close)(void *payload); /* NULL: the opener closes it */
	void (*stop)(void *payload);  /* ends its answer soon, from another thread; or NULL */
	bool unasked;                 /* the user did not name it */
	uint64_t id;                  /* vv_speed_source of its URL; 0: of its name */
	vv_speed known;               /* from earlier transfers */
	/* Its counts; added to by vv_gather. */
	uint64_t blocks, bytes, ms; /* raw bytes; time spent waiting for it */
	uint64_t line;              /* bytes that came for it, if no peer counts them; 0: bytes */
	uint64_t asked;             /* blocks requested from it */
	uint64_t lacked;            /* of these those that it did not have */
	/* Of the last vv_gather: latency_ms and rate were measured, see vv_speed. */
	bool answered;
	uint64_t latency_ms, rate;
	bool left_out; /* it could not be opened, and so was dropped */
	bool silent;   /* it did not answer in time */
	bool skipped;  /* nor recently, and so was skipped */
	bool noted;    /* that it was dropped is remembered */
	bool dropped;  /* and why: */
	bool stopped;  /* the others were faster: no failure */
	vv_error why;
} vv_supplier;

/* Requests all of wants. *left: the number that no peer had. VV_OK also if some are left; negative
 * only for failures on this side (disk, memory). */
vv_status vv_gather(vv_supplier *suppliers, size_t count, vv_receive *x, const vv_lacking *wants,
		    size_t want_count, const vv_progress *progress, size_t *left, vv_error *err);

#endif
