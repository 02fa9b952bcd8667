/*
 * gather: blocks that are lacking, from all peers that have them.
 *
 * Each peer has a thread and asks for a batch at a time; a batch is as large as the peer
 * delivers in about a second. Who answers faster so gets more. When nothing is left to be
 * asked for, who has nothing to do is also asked for what a slower one still owes: the first answer
 * counts, and who has not given his when all is there is stopped. So no peer makes a transfer
 * slower than it is without him. A peer that fails (dies, stalls, lies) is dropped and its batch goes
 * back; a block that a peer does not have is asked of the others. One that is not open yet is opened by
 * its thread while others are asked, and that is given up when all is there. The first peer is the origin: as long
 * as others live it is asked only for what none of them has, or when they would take long.
 *
 * What is remembered of earlier transfers (speeds.h) counts until this one has measured it: who would take
 * longer for his first block than faster ones for all is not asked, and one that failed lately is asked when
 * even the origin cannot give what is wanted, or would take long.
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
	/* NULL, or what opens it, when it is needed and in its thread, so that nobody waits for one whose machine
	 * sleeps; adopt then sets peer, or source with its payload, of what was opened. */
	vv_ask *ask;
	void (*adopt)(struct vv_supplier *s);
	bool opened;
	vv_peer *peer;       /* or NULL, and then */
	vv_source_fn source; /* what gives the blocks, with */
	void *payload;
	void (*close)(void *payload); /* NULL: whoever opened it knows how */
	void (*stop)(void *payload);  /* ends its answer soon, from another thread; or NULL */
	bool unasked;                 /* nobody named it */
	uint64_t id;                  /* vv_speed_source of its URL; 0: of its name */
	vv_speed known;               /* from earlier transfers */
	/* What it did; added to by vv_gather. */
	uint64_t blocks, bytes, ms; /* raw bytes; time spent waiting for it */
	uint64_t line;   /* bytes that came for it, where no peer counts them; 0: bytes */
	uint64_t asked;  /* blocks that it was asked for */
	uint64_t lacked; /* of these those that it did not have */
	/* Of the last vv_gather: latency_ms and rate were measured, as in vv_speed. */
	bool answered;
	uint64_t latency_ms, rate;
	bool left_out; /* it could not be opened, and so was dropped */
	bool silent;   /* it did not answer in time */
	bool skipped;  /* nor lately, and so was not asked */
	bool noted;    /* that it was dropped is remembered */
	bool dropped;  /* and why: */
	bool stopped;  /* the others were faster: no failure */
	vv_error why;
} vv_supplier;

/* Asks for all of wants. *left: how many nobody gave. VV_OK also when some are left; negative
 * only for failures on this side (disk, memory). */
vv_status vv_gather(vv_supplier *suppliers, size_t count, vv_receive *x, const vv_lacking *wants,
		    size_t want_count, const vv_progress *progress, size_t *left, vv_error *err);

#endif
