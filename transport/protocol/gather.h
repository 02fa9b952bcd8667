/*
 * gather: fetches missing blocks from several suppliers in parallel. A supplier is a peer, or
 * another source of blocks.
 *
 * Each supplier has a thread, which requests one batch of blocks at a time. A batch has as many
 * blocks as the supplier delivers in about a second. When all blocks are requested, an idle
 * supplier also requests blocks that a slower one has not sent yet. The first answer counts, and
 * requests that still run at the end are stopped. Therefore no supplier makes a transfer slower
 * than it would be without that supplier.
 *
 * A supplier that disconnects, stalls or sends wrong blocks is dropped. Other suppliers are asked
 * for its batch, and for blocks that a supplier does not have. A supplier that is not open yet is
 * opened in its thread, while other suppliers are already used. If it is still not open at the end,
 * it is given up.
 *
 * The first supplier is the origin. While others work, the origin is asked only for blocks that no
 * other supplier has, or if the others would need a long time.
 *
 * Until this transfer has measured a supplier, the record of earlier transfers counts (speeds.h). A
 * supplier that would need more time for its first block than faster ones need for all blocks is
 * not used. A supplier that failed recently is used only if the origin does not have the blocks, or
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

/* Gets the count blocks `wants` from a source that is not a peer, such as an IPFS gateway. Calls
 * fn(payload, ...) for each of them, as vv_peer_blocks does. `source` is the supplier's payload.
 * Runs in the supplier's thread. */
typedef vv_status (*vv_source_fn)(void *source, const vv_lacking *wants, size_t count,
				  vv_peer_block_fn fn, void *payload, vv_error *err);

#define VV_SUPPLIERS_MAX 32u /* most suppliers */

/* A supplier: how to reach it, and then counts and results. */
typedef struct vv_supplier {
	const char *name; /* for messages */
	/* The request that opens the supplier; it runs in the supplier's thread. Then adopt is
	 * called, and sets peer, or source and payload. NULL: the supplier is already open. */
	vv_ask *ask;
	void (*adopt)(struct vv_supplier *s);
	bool opened;         /* `ask` was run, and adopt was called */
	vv_peer *peer;       /* NULL: source is used */
	vv_source_fn source; /* gets blocks; its first argument is payload */
	void *payload;
	void (*close)(void *payload); /* closes the source; NULL: the caller closes the source */
	/* makes a running call of `source` end soon; called in another thread; may be NULL */
	void (*stop)(void *payload);
	bool unasked;   /* the user did not name this supplier */
	bool relayed;   /* behind a relay: direct suppliers come first */
	uint64_t id;    /* vv_speed_source of the URL; 0: vv_speed_source of the name is used */
	vv_speed known; /* the record of earlier transfers */
	/* vv_gather adds to the following counts. */
	/* bytes: bytes of blocks; ms: time spent waiting for this supplier */
	uint64_t blocks, bytes, ms;
	/* bytes that a source transferred; 0: the same as `bytes`. For a peer, see
	 * vv_peer_stats. */
	uint64_t line;
	uint64_t asked;  /* number of requested blocks */
	uint64_t lacked; /* number of requested blocks that the supplier does not have */
	/* The following members are results of the last vv_gather. answered: latency_ms and rate
	 * were measured; their units are those of vv_speed. */
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
 * to the number of blocks that no supplier delivered; such blocks are not an error, and neither is
 * a supplier that fails. VV_EUSAGE: more than VV_SUPPLIERS_MAX suppliers. VV_EIO: no thread could
 * be started. Other errors are failures to store a block. */
vv_status vv_gather(vv_supplier *suppliers, size_t count, vv_receive *x, const vv_lacking *wants,
		    size_t want_count, const vv_progress *progress, size_t *left, vv_error *err);

#endif
