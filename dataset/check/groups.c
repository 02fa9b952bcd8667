/*
 * groups: knows how the groups of a version are read, and how what was found in them is kept: by
 * the groups' content and the hash of everything that decides what they give (check_plan.id).
 *
 * The record: le32 number of entries; each entry: 32 bytes digest of the group's CID, le32
 * rows, le32 line ends inside of cells, le32 where its counts begin or UINT32_MAX; then the
 * counts.
 */
#include "dataset/check/groups.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/table/table_internal.h"

#define ENTRY 44u
#define OLD_MAX 200000u /* entries of other versions that are kept beside this one's */

vv_status check_groups_list(check_run *r, vv_error *err)
{
	vv_table *t = r->table;
	vv_list_reader *list = NULL;
	vv_list_item item;
	size_t n;
	int more = 0;
	vv_status rc = vv_list_reader_open(&list, VV_LIST_DATA, &t->source, t->root.data.data,
					   t->root.data.len, err);

	if (rc < 0) {
		return rc;
	}
	uint64_t weight, count;
	vv_list_totals(list, &count, &weight);
	r->group_count = (size_t)count;
	r->groups = vv_calloc(r->group_count + 1, sizeof(*r->groups));
	if (!r->groups) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && (more = vv_list_next(list, &item, err)) > 0; i++) {
		check_group_info *g = &r->groups[i];

		if (i == r->group_count) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "the data list has more groups than it says");
			break;
		}
		g->first_row = item.before;
		g->rows = (uint32_t)item.weight;
		g->counts = UINT32_MAX;
		if ((rc = vv_cbor_get_array(&item.cbor, &n, err)) == VV_OK) {
			rc = vv_cbor_get_link(&item.cbor, &g->cid, err);
		}
		if (rc == VV_OK && n == 3) {
			g->item = (const uint8_t *)vv_arena_strndup(
				&r->arena, (const char *)item.bytes, item.len);
			g->item_len = item.len;
			rc = g->item ? VV_OK : vv_fail_nomem(err);
		}
	}
	vv_list_reader_close(list);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err)
{
	const check_group_info *g = &r->groups[i];
	vv_table *t = r->table;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	out->rows = g->rows;
	if (g->item) {
		out->batch = batch;
		return table_load_data(t, batch, g->item, g->item_len, NULL, 0, err);
	}
	if ((rc = t->source.get(t->source.payload, &g->cid, &w->block, err)) < 0 ||
	    (rc = vv_group_open(&out->view, w->block.data, w->block.len, err)) < 0) {
		return rc;
	}
	if (out->view.rows != g->rows || out->view.columns > t->columns) {
		vv_group_close(&out->view);
		return vv_fail(
			err, VV_ECORRUPT,
			"a row group has %zu rows and %zu columns instead of %lu and at most %zu",
			out->view.rows, out->view.columns, (unsigned long)g->rows, t->columns);
	}
	return VV_OK;
}

void check_unload(check_group *g)
{
	if (!g->batch) {
		vv_group_close(&g->view);
	}
}

vv_status check_digests_open(check_digests *d, const uint8_t *first, size_t step, size_t count,
			     vv_error *err)
{
	d->first = first;
	d->step = step;
	vv_hash_index_init(&d->index);
	if (!vv_hash_index_reserve(&d->index, count)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		/* a digest is as random as a hash can be */
		if (!vv_hash_index_add(&d->index, vv_get_le64(first + step * i), i)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

void check_digests_close(check_digests *d)
{
	vv_hash_index_clear(&d->index);
}

const uint8_t *check_digests_find(const check_digests *d, const uint8_t digest[32])
{
	vv_hash_probe p = vv_hash_probe_begin(&d->index, vv_get_le64(digest));
	size_t place;

	while (vv_hash_probe_next(&p, &place)) {
		const uint8_t *e = d->first + d->step * place;

		if (memcmp(e, digest, 32) == 0) {
			return e;
		}
	}
	return NULL;
}

/* A record that was read. */
typedef struct memo {
	const uint8_t *entries, *counts;
	size_t count, counts_len;
} memo;

static bool open_memo(memo *m, const vv_buf *b)
{
	memset(m, 0, sizeof(*m));
	if (b->len < 4) {
		return false;
	}
	m->count = vv_get_le32((const uint8_t *)b->data);
	if (m->count > (b->len - 4) / ENTRY) {
		return false;
	}
	m->entries = (const uint8_t *)b->data + 4;
	m->counts = m->entries + ENTRY * m->count;
	m->counts_len = b->len - 4 - ENTRY * m->count;
	return true;
}

bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count)
{
	return vv_varint_read(p, end, counter) && vv_varint_read(p, end, count);
}

/* The bytes of one group's counts; 0 when they are not sound. */
static size_t counts_size(const check_run *r, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *from = p;
	uint64_t n, counter, count;

	if (!vv_varint_read(&p, end, &n) || n == 0) {
		return 0;
	}
	for (; n > 0; n--) {
		if (!check_next_count(&p, end, &counter, &count) ||
		    counter >= r->plan.counter_count || count > UINT32_MAX) {
			return 0;
		}
	}
	return (size_t)(p - from);
}

static void take_entry(check_run *r, const memo *m, const check_digests *d, check_group_info *g)
{
	const uint8_t *e = check_digests_find(d, g->cid.digest);
	uint32_t at = e ? vv_get_le32(e + 40) : 0;
	size_t size = 0;

	if (!e || vv_get_le32(e + 32) != g->rows) {
		return;
	}
	if (at != UINT32_MAX) {
		size = at < m->counts_len
			       ? counts_size(r, m->counts + at, m->counts + m->counts_len)
			       : 0;
		if (size == 0 || r->counts.len > UINT32_MAX / 2) {
			return;
		}
	}
	g->newlines = vv_get_le32(e + 36);
	g->counts = size > 0 ? (uint32_t)r->counts.len : UINT32_MAX;
	vv_buf_put(&r->counts, m->counts + at, size);
	g->known = 1;
}

vv_status check_memo_load(check_run *r, vv_error *err)
{
	check_digests d;
	memo m;
	int found = r->o->cache ? vv_check_cache_get(r->o->cache, "rows", r->plan.id, &r->memo, err)
				: 0;
	vv_status rc;

	if (found <= 0) {
		return (vv_status)found;
	}
	if (!open_memo(&m, &r->memo)) {
		vv_buf_reset(&r->memo);
		return VV_OK;
	}
	if ((rc = check_digests_open(&d, m.entries, ENTRY, m.count, err)) == VV_OK) {
		for (size_t i = 0; i < r->group_count; i++) {
			take_entry(r, &m, &d, &r->groups[i]);
		}
		rc = vv_buf_ok(&r->counts, err);
	}
	check_digests_close(&d);
	return rc;
}

static void put_entry(vv_buf *entries, const uint8_t *digest, uint32_t rows, uint32_t newlines,
		      uint32_t at)
{
	uint8_t e[ENTRY];

	memcpy(e, digest, 32);
	vv_put_le32(e + 32, rows);
	vv_put_le32(e + 36, newlines);
	vv_put_le32(e + 40, at);
	vv_buf_put(entries, e, sizeof(e));
}

/* Entries of groups that this version does not have: other branches, the version before. */
static vv_status put_old(check_run *r, vv_buf *entries, vv_buf *counts, uint32_t *count,
			 vv_error *err)
{
	vv_buf now = VV_BUF_INIT;
	check_digests have = {0};
	memo old;
	vv_status rc = VV_OK;

	if (!open_memo(&old, &r->memo)) {
		return VV_OK;
	}
	vv_buf_put(&now, entries->data, entries->len);
	if ((rc = vv_buf_ok(&now, err)) < 0 ||
	    (rc = check_digests_open(&have, (const uint8_t *)now.data, ENTRY, *count, err)) < 0) {
		goto done;
	}
	for (size_t i = 0; i < old.count && i < OLD_MAX; i++) {
		const uint8_t *e = old.entries + ENTRY * i;
		uint32_t at = vv_get_le32(e + 40);
		size_t size = 0;

		if (check_digests_find(&have, e)) {
			continue;
		}
		if (at != UINT32_MAX) {
			size = at < old.counts_len ? counts_size(r, old.counts + at,
								 old.counts + old.counts_len)
						   : 0;
			if (size == 0) {
				continue;
			}
		}
		put_entry(entries, e, vv_get_le32(e + 32), vv_get_le32(e + 36),
			  size > 0 ? (uint32_t)counts->len : UINT32_MAX);
		vv_buf_put(counts, old.counts + at, size);
		(*count)++;
	}
done:
	check_digests_close(&have);
	vv_buf_clear(&now);
	return rc;
}

vv_status check_memo_save(check_run *r, vv_error *err)
{
	vv_buf out = VV_BUF_INIT, entries = VV_BUF_INIT, counts = VV_BUF_INIT;
	uint32_t count = 0;
	uint8_t head[4];
	bool news = false;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->group_count; i++) {
		news = news || !r->groups[i].known;
	}
	if (!r->o->cache || !news || r->group_count > UINT32_MAX / 4) {
		return VV_OK;
	}
	vv_buf_put(&counts, r->counts.data, r->counts.len);
	for (size_t i = 0; i < r->group_count; i++) {
		const check_group_info *g = &r->groups[i];

		put_entry(&entries, g->cid.digest, g->rows, g->newlines, g->counts);
		count++;
	}
	if ((rc = vv_buf_ok(&entries, err)) < 0 ||
	    (rc = put_old(r, &entries, &counts, &count, err)) < 0) {
		goto done;
	}
	vv_put_le32(head, count);
	vv_buf_put(&out, head, sizeof(head));
	vv_buf_put(&out, entries.data, entries.len);
	vv_buf_put(&out, counts.data, counts.len);
	if (entries.failed || counts.failed || out.failed) {
		rc = vv_fail_nomem(err);
	} else if (counts.len < UINT32_MAX / 2) {
		rc = vv_check_cache_put(r->o->cache, "rows", r->plan.id, out.data, out.len, err);
	}
done:
	vv_buf_clear(&out);
	vv_buf_clear(&entries);
	vv_buf_clear(&counts);
	return rc;
}
