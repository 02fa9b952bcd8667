/*
 * fetch: history and blocks from one peer, or from several at once.
 *
 * The origin (the first supplier, a peer) has the refs and gives commits and nodes; leaves come
 * from all suppliers (gather.h). Nothing is taken in before everything is here and checked.
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
	vv_oids wants;             /* ids that are to be here: commits, or annotated tags */
	const vv_ref_change *refs; /* moved at the end, all or none */
	size_t ref_count;
	const char *message;       /* for the reflog */
	vv_version_check_fn check; /* NULL: none */
	void *payload;
	bool allow_missing; /* take in what is here even where nobody has some blocks */
	bool each; /* wants that reach versions which nobody has, or which are not sound, stay behind; else
		    * all do with them */
	/* A remote's name: history alone; its versions are noted as elsewhere. NULL: blocks, too. */
	const char *lazy;
	bool full; /* with what was dropped here and is noted as elsewhere, too */
	/* vv_fetch_cid: a version that is whole here and resembles it; or NULL */
	const vv_cid *like;
	const vv_progress *progress;
} vv_fetch;

typedef struct vv_fetch_result {
	vv_fetch_sum sum;              /* what the origin sent at once */
	vv_receive_stats received;     /* from all */
	uint64_t rounds;               /* requests to the origin */
	uint64_t versions, incomplete; /* new versions of datasets; those that lack blocks */
	vv_cid *roots;                 /* of the new versions, the newest VV_ROOTS_NOTED */
	size_t root_count;
	vv_cid *missing; /* blocks that nobody had, the first VV_MISSING_SHOWN */
	size_t missing_shown;
	uint64_t missing_count;
	/* With each: wants that stayed behind, and why; their refs did not move, and what they lack is not counted
	 * above. */
	struct vv_fetch_behind *behind;
	size_t behind_count;
	bool mended;        /* blocks came of commits that were here before */
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

/* VV_EMISSING when blocks are missing everywhere (and allow_missing is not set): result tells
 * which; what came is kept for the next attempt. */
vv_status vv_fetch_run(const vv_fetch *f, vv_fetch_result *result, vv_error *err);

/* One dataset by its root's CID alone, into the store; nothing names it then, so that gc will
 * remove it after its grace period. */
vv_status vv_fetch_cid(const vv_fetch *f, const vv_cid *root, vv_fetch_result *result,
		       vv_error *err);

#endif
