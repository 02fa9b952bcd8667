/*
 * fetch: history and blocks from one peer, or from several at once.
 *
 * The origin (the first supplier, a peer) has the refs and sends commits and nodes; leaves come
 * from all suppliers (gather.h). Nothing is stored before everything has arrived and was checked.
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
	const vv_ref_change *refs; /* moved at the end, all or none */
	size_t ref_count;
	const char *message;       /* for the reflog */
	vv_version_check_fn check; /* may be NULL */
	void *payload;
	bool allow_missing; /* store the rest even if no peer has some blocks */
	bool each; /* skip only wants that reach unavailable or unsound versions; else all wants fail with
		    * them */
	/* A remote's name: history alone; its versions are noted as elsewhere. NULL: blocks, too. */
	const char *lazy;
	bool full; /* including versions dropped here and listed as elsewhere */
	/* vv_fetch_cid: a version that is whole here and resembles it; or NULL */
	const vv_cid *like;
	const vv_progress *progress;
} vv_fetch;

typedef struct vv_fetch_result {
	vv_fetch_sum sum;              /* the sums of the origin's first answer */
	vv_receive_stats received;     /* from all */
	uint64_t rounds;               /* requests to the origin */
	uint64_t versions, incomplete; /* new versions of datasets; those that lack blocks */
	vv_cid *roots;                 /* of the new versions, the newest VV_ROOTS_NOTED */
	size_t root_count;
	vv_cid *missing; /* blocks that no peer had, the first VV_MISSING_SHOWN */
	size_t missing_shown;
	uint64_t missing_count;
	/* With each: the skipped wants, and why; their refs did not move, and their missing blocks are not counted
	 * above. */
	struct vv_fetch_behind *behind;
	size_t behind_count;
	bool mended;        /* blocks arrived for earlier commits */
	uint64_t elsewhere; /* lazy: versions that were noted */
} vv_fetch_result;
typedef struct vv_fetch_behind {
	vv_oid id;
	vv_error why;
} vv_fetch_behind;
#define VV_MISSING_SHOWN 10u
#define VV_ROOTS_NOTED 256u
void vv_fetch_result_clear(vv_fetch_result *r);
VV_AUTO_CLEAR(vv_fetch_result, vv_fetch_result_clear)

/* VV_EMISSING: no peer has some blocks (and allow_missing is not set), see result; the others are
 * kept for the next attempt. */
vv_status vv_fetch_run(const vv_fetch *f, vv_fetch_result *result, vv_error *err);

/* One dataset by its root's CID alone, into the store; nothing names it then, so that gc will
 * remove it after its grace period. */
vv_status vv_fetch_cid(const vv_fetch *f, const vv_cid *root, vv_fetch_result *result,
		       vv_error *err);

#endif
