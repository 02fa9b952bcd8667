/*
 * aside: which records of packs that were set aside count, and when a pack expires.
 */
#include "repo/known/aside.h"

#include "repo/blocks/cid_map.h"
#include "repo/blocks/pack_list.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store_state.h"

typedef struct counting {
	vv_store *store;
	vv_aside *out;
	vv_cid_map seen; /* of several packs, each block once */
} counting;

static vv_status count_block(void *payload, const vv_record *r, uint64_t offset VV_UNUSED,
			     vv_error *err)
{
	counting *c = payload;
	bool first = true;
	vv_status rc;

	if (vv_store_standing(c->store, &r->cid) == VV_BLOCK_LIVE) return VV_OK;
	if ((rc = vv_cid_map_put(&c->seen, &r->cid, 0, &first, err)) < 0 || !first) return rc;
	c->out->blocks++;
	c->out->bytes += vv_record_len(r);
	return VV_OK;
}

/* The later one of the ends of its grace period and of the time in which packs are young; 0: never. */
static int64_t expiry_time(const vv_pack *p, const vv_gc_options *opts)
{
	const int64_t young_until = p->stat.mtime_sec + (int64_t)opts->young_sec;
	int64_t until;

	if (opts->grace_sec > INT64_MAX ||
	    __builtin_add_overflow(p->id.since, (int64_t)opts->grace_sec, &until)) {
		return 0;
	}
	return opts->young_sec > 0 && until < young_until ? young_until : until;
}

static vv_status count_packs(counting *c, const vv_pack_list *packs, const vv_gc_options *opts,
			     vv_error *err)
{
	vv_pack_scan scan = {NULL, count_block, c};
	vv_status rc = VV_OK;
	bool sound;

	for (size_t i = 0; rc == VV_OK && i < packs->count; i++) {
		vv_pack *p = packs->packs[i];
		const uint64_t before = c->out->blocks;

		if (!p->id.aside || vv_pack_is_damaged(p)) {
			continue;
		}
		rc = vv_pack_scan_all(p, &scan, &sound, err);
		const int64_t until = expiry_time(p, opts);
		if (c->out->blocks > before && until > c->out->until) {
			c->out->until = until;
		}
	}
	return rc;
}

vv_status vv_aside_count(vv_aside *out, vv_store *s, const vv_gc_options *opts, vv_error *err)
{
	vv_pack_list *packs = NULL;
	counting c = {.store = s, .out = out};
	vv_status rc;

	*out = (vv_aside){0};
	if ((rc = vv_packs_renew(s, NULL, true, &packs, err)) == VV_OK) {
		rc = count_packs(&c, packs, opts, err);
	}
	vv_packs_unref(packs);
	vv_cid_map_reset(&c.seen);
	return rc;
}
