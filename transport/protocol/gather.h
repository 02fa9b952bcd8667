/*
 * gather: fetches missing blocks from several suppliers in parallel. A supplier is a peer, or
 * another source of blocks.
 *
 * Each supplier (in the following: peer) has a thread that requests one batch at a time. The size
 * of a batch is chosen so that the peer delivers it in about a second; faster peers get larger
 * batches. When all blocks are requested, idle peers also request blocks that a slower peer has not
 * sent yet: the first answer counts, and pending requests are stopped at the end. Therefore no peer
 * makes a transfer slower than it would be without that peer.
 *
 * A peer that disconnects, stalls or sends wrong blocks is dropped. Its batch, and blocks that a
 * peer does not have, are requested from other peers. A peer that is not open yet is opened by its
 * thread while other peers are used; if it is still not open at the end, it is abandoned.
 *
 * The first peer is the origin: while other peers work, it is used only for blocks that no other
 * peer has, or if the other peers would need a long time.
 *
 * Until this transfer has measured a peer, the records of earlier transfers (speeds.h) are used. A
 * peer that would need longer for its first block than faster peers need for all blocks is not
 * used. A peer that failed recently is used only if the origin does not have the blocks either, or
 * would need a long time.
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

/* Gets the count blocks `wants` from a source other than a peer, such as an IPFS gateway, and calls
 * fn for each of them, like vv_peer_blocks. Runs in a separate thread. */
typedef vv_status (*vv_source_fn)(void *source, const vv_lacking *wants, size_t count,
				  vv_peer_block_fn fn, void *payload, vv_error *err);

#define VV_SUPPLIERS_MAX 32u /* most suppliers */

/* A supplier: how to reach it, and then counts and results. */
typedef struct vv_supplier {
	const char *name; /* for messages */
	/* The request that opens the supplier, run in the supplier's thread. Afterwards, adopt is
	 * called, and sets peer, or source and payload. NULL: the supplier is already open. */
	vv_ask *ask;
	void (*adopt)(struct vv_supplier *s);
	bool opened;         /* ask was run and adopt was called */
	vv_peer *peer;       /* NULL: source is used */
	vv_source_fn source; /* gets blocks; its first argument is payload */
	void *payload;
	void (*close)(void *payload); /* closes the source; NULL: the caller closes the source */
	/* makes a running request of the source end soon; called from another thread; may be
	 * NULL */
	void (*stop)(void *payload);
	bool unasked;   /* the user did not name this supplier */
	uint64_t id;    /* vv_speed_source of the URL; 0: vv_speed_source of the name is used */
	vv_speed known; /* the record of earlier transfers */
	/* The following members are counts, to which vv_gather adds. */
	/* bytes: bytes of blocks; ms: time spent waiting for this supplier */
	uint64_t blocks, bytes, ms;
	/* bytes that a source has transferred (for a peer: see vv_peer_stats); 0: as in `bytes` */
	uint64_t line;
	uint64_t asked;  /* number of requested blocks */
	uint64_t lacked; /* number of requested blocks that the supplier does not have */
	/* Results of the last vv_gather. answered: latency_ms and rate were measured (see
	 * vv_speed). */
	bool answered;
	uint64_t latency_ms, rate;
	bool left_out; /* dropped because it could not be opened */
	bool silent;   /* the supplier did not answer in time */
	bool skipped;  /* not used because it recently did not answer in time */
	bool noted;    /* the failure was recorded (speeds.h) */
	bool dropped;  /* dropped for the reason in `why` */
	bool stopped;  /* stopped because other suppliers were faster; not a failure */
	vv_error why;
} vv_supplier;

/* Requests the want_count blocks `wants` from the count suppliers, and stores them in x. Sets *left
 * to the number of blocks that no supplier has; such blocks are not an error. Fails only for local
 * reasons (disk, memory). */
vv_status vv_gather(vv_supplier *suppliers, size_t count, vv_receive *x, const vv_lacking *wants,
		    size_t want_count, const vv_progress *progress, size_t *left, vv_error *err);

#endif
