/*
 * groups: reads the groups of a version, and keeps their findings by the groups' content and the
 * hash of everything that determines them (check_plan.id).
 *
 * The fact is the start of the group's part in the tail, or UINT32_MAX: no findings. A part has the number of line ends
 * inside of cells, the number of pairs that follow, and these pairs of a counter and its count. All are varints.
 */
#include "check/rules/groups.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "check/rules/check.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"

#define PLAN_ID 16u
#define OLD_MAX 200000u /* entries of other versions that are kept beside this one's */

static void put_id(uint8_t out[PLAN_ID], vv_hash128 id)
{
	vv_put_le64(out, id.lo);
	vv_put_le64(out + 8, id.hi);
}

vv_status check_group_name(uint8_t name[32], vv_cid *block, bool *has_long,
			   const vv_list_item *item, vv_error *err)
{
	vv_cbor c = item->cbor;
	size_t n;
	vv_status rc;

	if ((rc = vv_cbor_get_array(&c, &n, err)) < 0 ||
	    (rc = vv_cbor_get_link(&c, block, err)) < 0) {
		return rc;
	}
	*has_long = n == 3;
	if (*has_long) return vv_sha256(name, item->bytes, item->len, err);
	memcpy(name, block->digest, 32);
	return VV_OK;
}

static vv_status take_group(check_run *r, check_group_info *g, const vv_list_item *item,
			    vv_error *err)
{
	bool has_long;

	g->first_row = item->before;
	g->rows = (uint32_t)item->weight;
	g->counts = UINT32_MAX;
	vv_status rc = check_group_name(g->name, &g->cid, &has_long, item, err);
	if (rc == VV_OK && has_long) {
		g->item = (const uint8_t *)vv_arena_strndup(&r->arena, (const char *)item->bytes,
							    item->len);
		g->item_len = item->len;
		rc = g->item ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

/* A walk over the version's groups, and room for `count` of them; SIZE_MAX: for all. */
static vv_list_walk begin_list(check_run *r, size_t count, vv_error *err)
{
	vv_list_walk w = vv_list_walk_open(r->table, VV_LIST_DATA, err);
	uint64_t weight, all;

	if (w.rc < 0) return w;
	vv_list_totals(w.reader, &all, &weight);
	r->group_count = count == SIZE_MAX ? (size_t)all : count;
	r->groups = vv_calloc(r->group_count + 1, sizeof(*r->groups));
	w.rc = r->groups ? VV_OK : vv_fail_nomem(err);
	return w;
}

vv_status check_groups_list(check_run *r, vv_error *err)
{
	vv_auto(vv_list_walk) w = begin_list(r, SIZE_MAX, err);

	for (size_t i = 0; vv_list_walk_next(&w); i++) {
		w.rc = i < r->group_count
			       ? take_group(r, &r->groups[i], &w.item, err)
			       : vv_fail(err, VV_ECORRUPT,
					 "the data list has more groups than it declares");
	}
	return w.rc;
}

vv_status check_groups_list_some(check_run *r, const vv_changed_group *places, size_t count,
				 vv_error *err)
{
	vv_auto(vv_list_walk) w = begin_list(r, count, err);

	for (size_t i = 0; w.rc == VV_OK && i < count; i++) {
		w.rc = vv_list_seek_index(w.reader, places[i].index, err);
		if (vv_list_walk_next(&w)) {
			w.rc = take_group(r, &r->groups[i], &w.item, err);
		} else if (w.rc == VV_OK) {
			w.rc = vv_fail(err, VV_ECORRUPT,
				       "the data list has fewer groups than it declares");
		}
	}
	return w.rc;
}

vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err)
{
	const check_group_info *g = &r->groups[i];
	vv_table *t = r->table;
	const vv_schema *schema = r->plan.schema;
	vv_row_source from = {.rows = g->rows,
			      .group = &out->view,
			      .columns = t->columns,
			      .places = r->plan.places};
	vv_status rc;

	*out = (check_group){.rows = g->rows, .columns = t->columns};
	if (g->item) {
		rc = table_load_data(t, batch, g->item, g->item_len, NULL, 0, err);
		from.cells = batch->cells;
	} else if ((rc = vv_sink_get_parted(&t->source, &g->cid, &w->parted, err)) == VV_OK &&
		   (rc = vv_group_open_parted(&out->view, &w->parted, err)) == VV_OK &&
		   (out->view.rows != g->rows || out->view.columns > t->columns)) {
		rc = vv_fail(
			err, VV_ECORRUPT,
			"a row group has %zu rows and %zu columns instead of %lu and at most %zu",
			out->view.rows, out->view.columns, (unsigned long)g->rows, t->columns);
	}
	if (rc < 0 || (rc = vv_row_block_open(w->block, &from, schema->count, err)) < 0) {
		check_unload(out);
	}
	return rc;
}

void check_unload(check_group *g)
{
	vv_group_close(&g->view);
}

bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count)
{
	return vv_varint_read(p, end, counter) && vv_varint_read(p, end, count);
}

/* Passes over the counts of one group, read from *p on. False: they are not sound. */
static bool pass_counts(const check_run *r, const uint8_t **p, const uint8_t *end, uint64_t *n)
{
	uint64_t counter, count;

	if (!vv_varint_read(p, end, n)) return false;
	for (uint64_t i = 0; i < *n; i++) {
		if (!check_next_count(p, end, &counter, &count) ||
		    counter >= r->plan.counter_count || count > UINT32_MAX) {
			return false;
		}
	}
	return true;
}

/* A group's part of a tail. */
typedef struct part {
	const uint8_t *first, *counts; /* where it begins, and its counts */
	size_t len, counts_len;        /* counts_len 0: none */
	uint32_t newlines;
} part;

/* The part that an entry leads to; false: it is not sound. */
static bool read_part(part *out, const check_run *r, const uint8_t *entry)
{
	const check_memo *m = &r->facts;
	const uint8_t *end = m->tail + m->tail_len;
	uint32_t at = check_memo_fact(entry);
	uint64_t newlines, n;

	*out = (part){.first = NULL};
	if (at == UINT32_MAX) return true;
	if (at >= m->tail_len) return false;
	const uint8_t *p = out->first = m->tail + at;
	if (!vv_varint_read(&p, end, &newlines) || newlines >= UINT32_MAX) return false;
	out->newlines = (uint32_t)newlines;
	out->counts = p;
	if (!pass_counts(r, &p, end, &n)) return false;
	out->counts_len = n > 0 ? (size_t)(p - out->counts) : 0;
	out->len = (size_t)(p - out->first);
	return true;
}

/* Takes facts of unknown groups from r->facts. */
static void take_facts(check_run *r, uint8_t known_as)
{
	for (size_t i = 0; i < r->group_count; i++) {
		check_group_info *g = &r->groups[i];
		const uint8_t *e = g->known ? NULL : check_memo_find(&r->facts, g->name, g->rows);
		part known;

		if (!e || !read_part(&known, r, e) || r->counts.len > UINT32_MAX / 2) {
			continue;
		}
		g->known = known_as;
		g->newlines = known.newlines;
		if (known.counts_len > 0) {
			g->counts = (uint32_t)r->counts.len;
			vv_buf_put(&r->counts, known.counts, known.counts_len);
		}
	}
}

/* A result of a share: the plan's id, then a record. */
static vv_status take_result(check_run *r, const vv_check_noted *result, vv_error *err)
{
	const check_memo own = r->facts;
	uint8_t id[PLAN_ID];

	put_id(id, r->plan.id);
	if (result->len < sizeof(id) || memcmp(result->bytes, id, sizeof(id)) != 0) return VV_OK;
	vv_status rc = check_memo_read(&r->facts, result->bytes + sizeof(id),
				       result->len - sizeof(id), err);
	if (rc == VV_OK) {
		take_facts(r, CHECK_TOLD);
	}
	check_memo_close(&r->facts);
	r->facts = own;
	return rc;
}

vv_status check_facts_load(check_run *r, vv_error *err)
{
	vv_status rc = check_memo_open(&r->facts, r->o->cache, "rows", r->plan.id, err);

	if (rc == VV_OK) {
		take_facts(r, 1);
	}
	for (size_t i = 0; rc == VV_OK && i < r->o->result_count; i++) {
		rc = take_result(r, &r->o->results[i], err);
	}
	return rc < 0 ? rc : vv_buf_ok(&r->counts, err);
}

/* Entries of groups that this version does not have: other branches, the version before. */
static vv_status put_old(const check_run *r, vv_buf *entries, vv_buf *tail, size_t *count,
			 vv_error *err)
{
	const check_group_names *old = &r->facts.groups;
	vv_auto(vv_buf) now = VV_BUF_INIT;
	vv_auto(check_group_names) have = {0};
	vv_status rc;

	vv_buf_put(&now, entries->data, entries->len);
	if ((rc = vv_buf_ok(&now, err)) < 0 ||
	    (rc = check_group_names_open(&have, (const uint8_t *)now.data, CHECK_MEMO_ENTRY, *count,
					 err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < old->count && i < OLD_MAX; i++) {
		const uint8_t *e = old->first + old->step * i;
		part kept;

		if (check_group_names_find(&have, e) || !read_part(&kept, r, e)) {
			continue;
		}
		check_memo_put(entries, e, check_memo_rows(e),
			       kept.len > 0 ? (uint32_t)tail->len : UINT32_MAX);
		vv_buf_put(tail, kept.first, kept.len);
		++*count;
	}
	return rc;
}

/* Entries and tail of this version's groups. */
static void put_groups(const check_run *r, vv_buf *entries, vv_buf *tail)
{
	const uint8_t *counts = (const uint8_t *)r->counts.data,
		      *end = counts ? counts + r->counts.len : NULL;

	for (size_t i = 0; i < r->group_count; i++) {
		const check_group_info *g = &r->groups[i];
		bool nothing = g->newlines == 0 && g->counts == UINT32_MAX;
		uint64_t n;

		check_memo_put(entries, g->name, g->rows,
			       nothing ? UINT32_MAX : (uint32_t)tail->len);
		if (nothing) {
			continue;
		}
		vv_buf_put_varint(tail, g->newlines);
		if (g->counts == UINT32_MAX) {
			vv_buf_put_varint(tail, 0);
		} else {
			const uint8_t *p = counts + g->counts;

			pass_counts(r, &p, end, &n);
			vv_buf_put(tail, counts + g->counts, (size_t)(p - counts) - g->counts);
		}
	}
}

/* May it be kept? Not if a pattern's budget ran out. */
static bool is_whole(const check_run *r, const vv_buf *tail)
{
	return r->group_count <= UINT32_MAX / 4 && tail->len < UINT32_MAX / 2 &&
	       !vv_pattern_spent(r->o->patterns);
}

vv_status check_facts_save(check_run *r, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT, entries = VV_BUF_INIT, tail = VV_BUF_INIT;
	size_t count = r->group_count;
	vv_status rc;

	if (!r->o->cache || r->group_count > UINT32_MAX / 4 ||
	    !vv_array_find(r->groups, r->group_count, it, it->known != 1)) {
		return VV_OK;
	}
	put_groups(r, &entries, &tail);
	if ((rc = vv_buf_ok(&entries, err)) < 0 ||
	    (rc = put_old(r, &entries, &tail, &count, err)) < 0) {
		return rc;
	}
	check_memo_begin(&out, count);
	vv_buf_put(&out, entries.data, entries.len);
	vv_buf_put(&out, tail.data, tail.len);
	if (entries.failed || tail.failed) return vv_fail_nomem(err);
	return is_whole(r, &tail) ? check_memo_keep(&out, r->o->cache, "rows", r->plan.id, err)
				  : VV_OK;
}

vv_status check_facts_give(const check_run *r, vv_buf *out, vv_error *err)
{
	vv_auto(vv_buf) entries = VV_BUF_INIT, tail = VV_BUF_INIT, record = VV_BUF_INIT;
	uint8_t id[PLAN_ID];

	put_id(id, r->plan.id);
	put_groups(r, &entries, &tail);
	check_memo_begin(&record, r->group_count);
	vv_buf_reset(out);
	if (!is_whole(r, &tail)) return VV_OK;
	vv_buf_put(out, id, sizeof(id));
	vv_buf_put(out, record.data, record.len);
	vv_buf_put(out, entries.data, entries.len);
	vv_buf_put(out, tail.data, tail.len);
	return entries.failed || tail.failed || record.failed ? vv_fail_nomem(err)
							      : vv_buf_ok(out, err);
}
