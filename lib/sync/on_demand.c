/*
 * on_demand: turns a store's request into a fetch, chooses further blocks for it, and reports failures.
 */
#include "lib/sync/on_demand.h"

#include <stdatomic.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/table/table.h"
#include "lib/sync/ahead.h"
#include "lib/sync/needed.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/store.h"
#include "repo/git/history/expired.h"

/* Requests for blocks that nothing announced; a version of which more are wanted comes sooner as a whole. */
#define GUESSES_MAX 40u
#define FEW_BLOCKS 40u /* likewise, of blocks */
/* Limit of a table's groups to fetch singly: a quarter, which is fetched twice if all are read in the end; more
 * for a share. */
#define MOST(groups) ((groups) / 4 + FEW_BLOCKS)
#define MOST_OF_SHARE(groups) ((groups) / 8 * 5 + FEW_BLOCKS)
/* Groups that a share begins or ends in, and what shows that it has ended. */
#define BESIDE_SHARE 3u
/* Limit in bytes for singly fetched blocks; four times the read-ahead. */
#define KEPT_BYTES ((size_t)32 << 20)

struct vv_on_demand {
	vv_repository *of;  /* the requesting store's repository */
	vv_repository *own; /* the same, opened again; NULL: nothing was requested yet */
	vv_needed *needed;
	vv_cid_map *refused; /* requested before, and not available, with their gaps */
	atomic_bool again;   /* they may be requested again */
	bool keep;
	/* Blocks come by themselves: */
	atomic_bool alone;
	vv_cid root;     /* of the version: the first requested block; null: none */
	vv_ahead *ahead; /* NULL: nothing was */
	unsigned guesses;
	uint64_t blocks;      /* that came */
	uint64_t groups;      /* of the version */
	atomic_uint shares;   /* number of shares, of which one is read; 0: none */
	atomic_bool expects;  /* number of announced leaves */
	const vv_cid *wanted; /* now, into: */
	vv_buf *out;
};

static vv_status open_own(vv_on_demand *d, vv_error *err)
{
	vv_status rc;

	if (d->needed) return VV_OK;
	if (!d->own) {
		if ((rc = vv_repository_open(&d->own, vv_repository_gitdir(d->of),
					     vv_repository_env(d->of), err)) < 0) {
			return rc;
		}
		vv_repository_listen(d->own, vv_repository_notes(d->of));
	}
	d->needed = vv_needed_new(d->own);
	return d->needed ? VV_OK : vv_fail_nomem(err);
}

static vv_status refuse_block(const vv_cid *cid, const char *why, vv_gap gap, vv_error *err)
{
	(void)vv_fail(err, VV_EBLOCK, "block %s is missing here%s%s", vv_cid_shows(cid),
		      why ? ", and could not be fetched: " : "", why ? why : "");
	err->gap = gap;
	return VV_EMISSING;
}

/* Reads recently fetched blocks. */
static vv_status get_kept(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const vv_on_demand *d = payload;
	vv_store *store;
	vv_status rc = vv_repository_store(d->of, &store, err);

	if (rc < 0) return rc;
	return vv_store_get_kept(store, cid, out) ? vv_buf_ok(out, err)
						  : refuse_block(cid, NULL, VV_GAP_FETCHABLE, err);
}

/* The number of groups of a table that can be read one by one; else 0. */
static uint64_t groups_of(const void *bytes, size_t len)
{
	vv_auto(vv_table) t = {.columns = 0};
	uint64_t groups = 0;

	return vv_root_decode(&t.root, bytes, len, NULL) == VV_OK && t.root.kind == VV_KIND_TABLE &&
			       !vv_root_is_sorted(&t.root) &&
			       vv_table_groups(&t, &groups, NULL) == VV_OK
		       ? groups
		       : 0;
}

static vv_status take_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			    vv_error *err)
{
	vv_on_demand *d = payload;
	vv_store *store;
	vv_status rc = vv_repository_store(d->of, &store, err);

	if (rc < 0) return rc;
	vv_store_remember(store, cid, bytes, len);
	if (d->blocks++ == 0) {
		d->groups = groups_of(bytes, len);
	}
	if (vv_cid_equal(cid, d->wanted)) {
		vv_buf_put(d->out, bytes, len);
	}
	return vv_ahead_came(d->ahead, cid, bytes, len, err);
}

static vv_status begin_alone(vv_on_demand *d, const vv_cid *cid, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(d->of, &store, err);

	if (rc < 0) return rc;
	vv_store_keep_unpacked(store, KEPT_BYTES);
	d->root = *cid;
	d->guesses = 0;
	d->blocks = 0;
	return (d->ahead = vv_ahead_new()) != NULL ? VV_OK : vv_fail_nomem(err);
}

static uint64_t most_blocks(const vv_on_demand *d)
{
	return d->shares ? MOST_OF_SHARE(d->groups) : MOST(d->groups);
}

/* VV_ENOSUPPORT: it is to come with all of its version. */
static vv_status get_alone(vv_on_demand *d, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_cid cids[VV_AHEAD_MAX];
	vv_needed_blocks w = {.cids = cids, .get = get_kept, .take = take_block, .payload = d};
	bool guess;
	vv_status rc = d->ahead ? VV_OK : begin_alone(d, cid, err);

	if (rc < 0) return rc;
	if (d->groups > 0 && d->shares > 0 && atomic_exchange(&d->expects, false)) {
		vv_ahead_expect(d->ahead, d->groups / d->shares + BESIDE_SHARE);
	}
	w.count = vv_ahead_of(d->ahead, cid, cids, &guess);
	d->guesses += guess;
	if (d->guesses > GUESSES_MAX || (d->blocks > 0 && d->blocks + w.count > most_blocks(d))) {
		return vv_fail(err, VV_ENOSUPPORT, "most of the version would have to be fetched");
	}
	d->wanted = cid;
	d->out = out;
	if ((rc = vv_needed_get(d->needed, &w, err)) < 0) return rc;
	return out->len > 0 ? vv_buf_ok(out, err)
			    : vv_fail(err, VV_ENOSUPPORT, "the remote does not have the block");
}

/* The version whose blocks came by themselves, and then the block, if it is another's. */
static vv_status fetch_version(vv_on_demand *d, const vv_cid *cid, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(d->own, &store, err);

	if (rc == VV_OK && !vv_cid_is_null(&d->root) && !vv_cid_equal(&d->root, cid) &&
	    !vv_store_has(store, &d->root)) {
		rc = vv_needed_fetch(d->needed, &d->root, err);
		if (rc < 0 || vv_store_has(store, cid)) return rc;
	}
	return rc < 0 ? rc : vv_needed_fetch(d->needed, cid, err);
}

/* Retries unreachable remotes. */
static void forget_refusals(vv_on_demand *d)
{
	if (!atomic_exchange(&d->again, false) || vv_cid_map_count(d->refused) == 0) return;
	vv_needed_free(d->needed);
	d->needed = NULL;
	vv_cid_map_reset(d->refused);
}

/* Its blocks are not requested from any remote. */
static bool is_expired(const vv_on_demand *d, const vv_cid *cid)
{
	const vv_cid *root = vv_cid_is_null(&d->root) ? cid : &d->root;
	bool is;

	return vv_expired_find(&is, NULL, d->own, root, VV_IGNORED) == VV_OK && is;
}

static vv_status fetch_block(void *payload, const vv_cid *cid, vv_buf *alone, vv_error *err)
{
	vv_on_demand *d = payload;
	vv_error why;
	uint64_t gap;
	vv_status rc;

	forget_refusals(d);
	if (cid->codec != VV_CODEC_DAG_CBOR && !d->alone && vv_cid_is_null(&d->root)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "this block can only be fetched with its version");
	}
	if (vv_cid_map_get(d->refused, cid, &gap)) return refuse_block(cid, NULL, (vv_gap)gap, err);
	rc = open_own(d, &why);
	if (rc == VV_OK && d->alone && !is_expired(d, cid)) {
		if ((rc = get_alone(d, cid, alone, &why)) == VV_OK) return VV_OK;
		vv_buf_reset(alone);
		d->alone = rc != VV_ENOSUPPORT;
		rc = d->alone ? rc : VV_OK;
	}
	if (rc == VV_OK) {
		rc = fetch_version(d, cid, &why);
		if (!d->keep) {
			vv_needed_rest(d->needed);
		}
	}
	if (rc == VV_OK) return VV_OK;
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	gap = why.gap ? why.gap : VV_GAP_FETCHABLE;
	if ((rc = vv_cid_map_set(d->refused, cid, gap, err)) < 0) return rc;
	return refuse_block(cid, why.message, (vv_gap)gap, err);
}

vv_status vv_on_demand_begin(vv_on_demand **out, vv_repository *r, bool keep, vv_error *err)
{
	vv_on_demand *d = vv_calloc(1, sizeof(*d));
	vv_store *store;
	vv_status rc;

	*out = NULL;
	if (!d || !(d->refused = vv_cid_map_new())) {
		vv_free(d);
		return vv_fail_nomem(err);
	}
	d->of = r;
	d->keep = keep;
	if ((rc = vv_repository_store(r, &store, err)) < 0) {
		vv_on_demand_end(d);
		return rc;
	}
	vv_store_on_absent(store, fetch_block, d);
	*out = d;
	return VV_OK;
}

void vv_on_demand_alone(vv_on_demand *d, bool alone)
{
	vv_store *store;

	if (d->ahead && vv_repository_store(d->of, &store, NULL) == VV_OK) {
		vv_store_keep_unpacked(store,
				       0); /* a fetched block is requested by its version's root
					    * again */
		vv_store_keep_unpacked(store, VV_UNPACKED_USUAL);
	}
	vv_ahead_free(d->ahead);
	d->ahead = NULL;
	memset(&d->root, 0, sizeof(d->root));
	d->alone = alone;
	d->shares = 0;
	d->again = true;
}

void vv_on_demand_again(vv_on_demand *d)
{
	d->again = true;
}

void vv_on_demand_share(vv_on_demand *d, unsigned shares)
{
	d->shares = shares;
	d->expects = true;
}

void vv_on_demand_whole(vv_on_demand *d)
{
	d->alone = false;
}

void vv_on_demand_end(vv_on_demand *d)
{
	vv_store *store;

	if (d) {
		if (vv_repository_store(d->of, &store, NULL) == VV_OK) {
			vv_store_on_absent(store, NULL, NULL);
		}
		vv_needed_free(d->needed);
		vv_repository_close(d->own);
		vv_cid_map_free(d->refused);
		vv_ahead_free(d->ahead);
		vv_free(d);
	}
}
