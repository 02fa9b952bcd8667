/*
 * fetch: fetches history and blocks from one peer, or from several in parallel.
 *
 * The origin (the first supplier, a peer) has the refs and sends commits and nodes; leaves come
 * from all suppliers (gather.h). Nothing is stored before everything has been received and checked.
 */
#ifndef VV_TRANSPORT_PROTOCOL_FETCH_H
#define VV_TRANSPORT_PROTOCOL_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/gather.h"
#include "transport/protocol/receive.h"

typedef struct vv_fetch {
	vv_repository *repo;
	vv_supplier *suppliers;
	size_t supplier_count;
	vv_oids wants;             /* requested ids: commits, or annotated tags */
	const vv_ref_change *refs; /* refs to move at the end: all or none */
	size_t ref_count;
	const char *message;       /* for the reflog */
	vv_version_check_fn check; /* may be NULL */
	void *payload;
	bool allow_missing; /* stores the received blocks even if no peer has the others */
	/* skips only wants that reach unavailable or invalid versions; false: all wants then fail */
	bool each;
	/* A remote's name: fetches only history, and records the versions as stored at this remote.
	 * NULL: fetches blocks, too. */
	const char *lazy;
	/* fetches versions, too, that were dropped here and are recorded as stored elsewhere */
	bool full;
	/* for vv_fetch_cid: a similar version that this repository has completely; or NULL */
	const vv_cid *like;
	const vv_progress *progress;
} vv_fetch;

typedef struct vv_fetch_result {
	vv_fetch_sum sum;              /* the sums of the origin's first answer */
	vv_receive_stats received;     /* from all suppliers */
	uint64_t rounds;               /* requests to the origin */
	uint64_t versions, incomplete; /* new versions of datasets; new versions that lack blocks */
	vv_cid *roots; /* roots of the new versions, at most the newest VV_ROOTS_NOTED */
	size_t root_count;
	vv_cid *missing; /* blocks that no peer had, at most the first VV_MISSING_SHOWN */
	size_t missing_shown;
	uint64_t missing_count;
	/* With each: the skipped wants, and why. Their refs did not move, and their missing blocks
	 * are not counted above. */
	struct vv_fetch_behind *behind;
	size_t behind_count;
	bool mended;        /* received missing blocks of earlier commits */
	uint64_t elsewhere; /* with lazy: the number of recorded versions */
} vv_fetch_result;
typedef struct vv_fetch_behind {
	vv_oid id;
	vv_error why;
} vv_fetch_behind;
#define VV_MISSING_SHOWN 10u
#define VV_ROOTS_NOTED 256u
void vv_fetch_result_clear(vv_fetch_result *r);
VV_AUTO_CLEAR(vv_fetch_result, vv_fetch_result_clear)

/* Fetches, stores and moves the refs. VV_EMISSING: no peer has some blocks, and allow_missing is
 * not set; see result. The received blocks are kept for the next attempt. */
vv_status vv_fetch_run(const vv_fetch *f, vv_fetch_result *result, vv_error *err);

/* Fetches one dataset version by its root's CID into the store. No ref reaches it afterwards, so gc
 * removes it after its grace period. */
vv_status vv_fetch_cid(const vv_fetch *f, const vv_cid *root, vv_fetch_result *result,
		       vv_error *err);

#endif
