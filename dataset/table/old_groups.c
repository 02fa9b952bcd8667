/*
 * old_groups: finds the groups of the version before that may be reused: the group's bytes occur
 * again, it ended at a cut (or is again at the file's end), and the next bytes do not change how
 * its last row is read.
 */
#include "dataset/table/old_groups.h"

#include <string.h>

#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/format/cell.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"

typedef struct old_group {
	struct {
		size_t at, len; /* in items */
	} of[VV_LIST_KINDS];    /* its entry in each list */
	uint64_t rows;
	vv_cid cid;
} old_group;

struct old_groups {
	const vv_scan_cache *cache;
	uint64_t secret;
	old_group *groups;
	bool *reused; /* of each group */
	size_t count;
	vv_buf items;
	vv_hash_index heads; /* by head_hash */
	vv_hash_index names; /* by CID */
	size_t next;         /* the group expected next */
	uint64_t scanned;    /* rows since the last group taken over: scanned, */
	uint64_t passed;     /* and of old groups before the one in base */
	size_t base;
};

/* The groups of one list, in order, their items kept. */
static vv_status load_list(old_groups *o, const vv_table *t, vv_list_kind kind, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, kind, err);
	size_t i = 0, count;

	for (; i < o->count && vv_list_walk_next(&w); i++) {
		old_group *g = &o->groups[i];

		g->of[kind].at = o->items.len;
		g->of[kind].len = w.item.len;
		vv_buf_put(&o->items, w.item.bytes, w.item.len);
		if (kind == VV_LIST_DATA) {
			g->rows = w.item.weight;
			w.rc = vv_cbor_get_array(&w.item.cbor, &count, err);
			w.rc = w.rc < 0 ? w.rc : vv_cbor_get_link(&w.item.cbor, &g->cid, err);
		}
	}
	if (w.rc == VV_OK && (i < o->count || vv_list_walk_next(&w))) {
		return vv_fail(err, VV_ECORRUPT,
			       "the previous version is damaged: its lists differ in length");
	}
	return w.rc < 0 ? w.rc : vv_buf_ok(&o->items, err);
}

static vv_status index_groups(old_groups *o, const vv_scan_cache *cache, vv_error *err)
{
	if (!vv_hash_index_reserve(&o->names, o->count) ||
	    (cache && !vv_hash_index_reserve(&o->heads, o->count))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < o->count; i++) {
		if (!vv_hash_index_add(&o->names, vv_cid_prefix(&o->groups[i].cid), i) ||
		    (cache && !vv_hash_index_add(&o->heads, cache->entries[i].head_hash, i))) {
			return vv_fail_nomem(err);
		}
	}
	o->cache = cache;
	return VV_OK;
}

bool old_groups_has(const old_groups *o, const vv_cid *cid)
{
	return o && vv_hash_find(o->groups, &o->names, vv_cid_prefix(cid), g,
				 vv_cid_equal(&g->cid, cid)) != NULL;
}

static vv_status load_groups(old_groups *o, const vv_sink *sink, const vv_root *from,
			     const vv_scan_cache *cache, vv_error *err)
{
	const vv_table t = {.source = *sink, .root = *from}; /* borrows */
	uint64_t count;
	vv_status rc = vv_table_groups(&t, &count, err);

	if (rc < 0) return rc;

	if (count > UINT32_MAX - 1) {
		return vv_fail(err, VV_EREFUSED, "too many row groups in the previous version");
	}
	o->count = (size_t)count;
	o->groups = vv_calloc(o->count + 1, sizeof(*o->groups));
	o->reused = vv_calloc(o->count + 1, sizeof(*o->reused));
	if (!o->groups || !o->reused) return vv_fail_nomem(err);
	if ((rc = load_list(o, &t, VV_LIST_DATA, err)) < 0 ||
	    (rc = load_list(o, &t, VV_LIST_LAYOUT, err)) < 0 ||
	    (cache && (rc = load_list(o, &t, VV_LIST_FACTS, err)) < 0)) {
		return rc;
	}
	return index_groups(o, cache && cache->count == o->count ? cache : NULL, err);
}

vv_status old_groups_open(old_groups **out, const vv_sink *sink, const vv_root *from,
			  const vv_scan_cache *cache, uint64_t secret, vv_error *err)
{
	vv_auto(old_groups) *o = vv_calloc(1, sizeof(*o));

	*out = NULL;
	if (!o) return vv_fail_nomem(err);
	o->secret = secret;
	vv_status rc = load_groups(o, sink, from, cache, err);
	/* The version before is only a help: without its blocks all is read again. */
	if (rc == VV_OK) return vv_hand_over(out, &o);
	return rc == VV_ENOMEM ? rc : VV_OK;
}

void old_groups_close(old_groups *o)
{
	if (o) {
		vv_hash_index_clear(&o->names);
		vv_hash_index_clear(&o->heads);
		vv_buf_clear(&o->items);
		vv_free_all(o->groups, o->reused, o);
	}
}

/* Would the group's last row be read the same with what follows? */
static bool follows_well(const char *bytes, size_t len, size_t end, bool at_end,
			 const vv_dialect *d, const vv_scan_entry *e)
{
	if (end == len) return at_end && (e->clean_cut ? !vv_form_is_document(d->form) : true);
	char next = bytes[end];
	if (!e->clean_cut) return false;
	/* A blank line or a comment would belong to this group if the file ended after it, and \n
	 * after \r is still the same row end. */
	return vv_form_is_document(d->form)
		       ? next == '{'
		       : next != '\n' && next != '\r' &&
				 (d->comment == 0 || (uint8_t)next != d->comment);
}

/* 1 equal, 0 not, -1 more bytes wanted. */
static int try_group(const old_groups *o, size_t i, const char *bytes, size_t len, bool at_end,
		     const vv_dialect *d, size_t *want)
{
	const vv_scan_entry *e = &o->cache->entries[i];
	if (e->raw_len >= len && !at_end) {
		*want = (size_t)e->raw_len + 1;
		return -1;
	}
	if (e->raw_len > len || !follows_well(bytes, len, (size_t)e->raw_len, at_end, d, e)) {
		return 0;
	}
	vv_hash128 h = vv_xxh3_128(bytes, (size_t)e->raw_len, o->secret);
	return vv_hash128_equal(h, e->hash);
}

int old_groups_match(old_groups *o, const char *bytes, size_t len, bool at_end, const vv_dialect *d,
		     size_t *index, size_t *want)
{
	if (!o || !o->cache || len == 0) return 0;
	if (len < VV_SCAN_HEAD && !at_end) {
		*want = VV_SCAN_HEAD;
		return -1;
	}
	uint64_t head = vv_xxh3(bytes, len < VV_SCAN_HEAD ? len : VV_SCAN_HEAD, o->secret);
	if (o->next < o->count && o->cache->entries[o->next].head_hash == head) {
		*index = o->next;
		int m = try_group(o, o->next, bytes, len, at_end, d, want);
		if (m != 0) return m;
	}
	vv_hash_probe probe = vv_hash_probe_begin(&o->heads, head);
	for (unsigned tries = 0; tries < 16 && vv_hash_probe_next(&probe, index);) {
		if (o->cache->entries[*index].head_hash != head || *index == o->next) {
			continue;
		}
		tries++;
		int m = try_group(o, *index, bytes, len, at_end, d, want);
		if (m != 0) return m;
	}
	return 0;
}

const vv_scan_entry *old_groups_entry(const old_groups *o, size_t index)
{
	return &o->cache->entries[index];
}

group_items old_groups_items(const old_groups *o, size_t index, uint64_t *rows)
{
	const old_group *g = &o->groups[index];
	const uint8_t *items = (const uint8_t *)o->items.data;
	*rows = g->rows;
	return (group_items){.data = items + g->of[VV_LIST_DATA].at,
			     .layout = items + g->of[VV_LIST_LAYOUT].at,
			     .facts = items + g->of[VV_LIST_FACTS].at,
			     .data_len = g->of[VV_LIST_DATA].len,
			     .layout_len = g->of[VV_LIST_LAYOUT].len,
			     .facts_len = g->of[VV_LIST_FACTS].len};
}

void old_groups_took(old_groups *o, size_t index)
{
	o->reused[index] = true;
	o->base = o->next = index + 1;
	o->scanned = o->passed = 0;
}

const bool *old_groups_reused(const old_groups *o)
{
	return o->reused;
}

bool old_groups_base(old_groups *o, uint64_t rows, vv_cid *out)
{
	if (!o || o->count == 0) return false;
	const uint64_t middle = o->scanned + rows / 2;
	o->scanned += rows;
	while (o->base + 1 < o->count && o->passed + o->groups[o->base].rows <= middle) {
		o->passed += o->groups[o->base++].rows;
	}
	*out = o->groups[o->base < o->count ? o->base : o->count - 1].cid;
	return true;
}
