/*
 * tables_copies: a change of rows is the sum of the hashes of the rows that it adds, less those of the
 * rows that it removes. So the change of several commits is the sum of their changes, and nothing
 * depends on the order of rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/table/walk.h"
#include "diff/rows/changed_groups.h"
#include "lib/merge/tables_internal.h"
#include "lib/names/version.h"
#include "repo/git/history/history.h"

/* The hashes of rows. */
typedef struct hashes {
	uint64_t *list;
	size_t count, cap;
} hashes;

/* A step's change, and who made it. */
typedef struct change {
	uint64_t lo, hi;
	vv_merge_step step;
	vv_commit commit; /* of step.commit, if it is known */
	bool used;        /* a copy of it was found */
} change;

typedef struct side {
	change *list; /* the newest first */
	size_t count;
} side;

typedef struct search {
	const vv_dataset_merge *in;
	vv_needed **needed; /* as for vv_merge_open_older */
	vv_merge_copies *out;
	side sides[2];
	bool certain;
} search;

static void search_clear(search *s)
{
	for (size_t i = 0; i < 2; i++) {
		vv_array_clear(s->sides[i].list, s->sides[i].count, it,
			       vv_commit_clear(&it->commit));
	}
}
VV_AUTO_CLEAR(search, search_clear)

/* --- changes ------------------------------------------------------------------------------ */

/* The rows of these groups. */
static vv_status hash_groups(hashes *out, vv_table *t, const vv_changed_group *groups, size_t count,
			     vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);

	vv_array_each(groups, count, g) {
		if (!vv_group_walk_to(&w, g->row)) return w.rc;
		for (size_t i = 0; i < w.batch.rows; i++) {
			const vv_cell *row = &w.batch.cells[i * w.batch.columns];

			if (!vv_array_add(out->list, out->count, out->cap,
					  vv_merge_row_hash(row, w.batch.columns))) {
				return vv_fail_nomem(err);
			}
		}
	}
	return w.rc;
}

static void sort_hashes(hashes *h)
{
	if (h->count > 1) {
		qsort(h->list, h->count, sizeof(*h->list), vv_u64_order);
	}
}

/* The rows that only the version before has, and those that only the version after has, in order. */
static vv_status compare_versions(hashes rows[2], const search *f, const vv_oid *before,
				  const vv_oid *after, vv_error *err)
{
	const vv_subject_options how = {0};
	vv_auto(vv_subject) was = {.text = NULL}, is = {.text = NULL};
	vv_auto(vv_table) a = {.columns = 0}, b = {.columns = 0};
	vv_auto(vv_changed_groups) g = {0};
	vv_status rc;

	if ((rc = vv_merge_open_older(&was, &a, f->in, before, &how, f->needed, err)) < 0 ||
	    (rc = vv_merge_open_older(&is, &b, f->in, after, &how, f->needed, err)) < 0 ||
	    (rc = vv_changed_groups_find(&g, &a, &b, err)) < 0 ||
	    (rc = hash_groups(&rows[0], &a, g.old_groups, g.old_count, err)) < 0 ||
	    (rc = hash_groups(&rows[1], &b, g.new_groups, g.new_count, err)) < 0) {
		return rc;
	}
	sort_hashes(&rows[0]);
	sort_hashes(&rows[1]);
	return VV_OK;
}

static vv_status find_change(change *c, const search *f, const vv_merge_step *s, vv_error *err)
{
	hashes rows[2] = {{0}, {0}};
	vv_status rc = compare_versions(rows, f, &s->before, &s->after, err);

	c->step = *s;
	for (size_t i = 0; i < 2; i++) {
		vv_array_each(rows[i].list, rows[i].count, it) {
			const vv_hash128 h = vv_xxh3_128(it, sizeof(*it), 0);

			c->lo += i == 1 ? h.lo : -h.lo;
			c->hi += i == 1 ? h.hi : -h.hi;
		}
	}
	vv_free_all(rows[0].list, rows[1].list);
	if (rc < 0 || vv_oid_is_null(&s->commit)) return rc;
	return vv_commit_read(f->in->repo, &s->commit, &c->commit, err);
}

static vv_status find_changes(search *f, const vv_merge_history *h, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2; i++) {
		const vv_merge_steps *steps = &h->sides[i];

		f->sides[i].list = vv_calloc(steps->count + 1, sizeof(change));
		if (!f->sides[i].list) return vv_fail_nomem(err);
		for (size_t k = 0; k < steps->count && rc == VV_OK; k++) {
			rc = find_change(&f->sides[i].list[k], f, &steps->list[k], err);
			f->sides[i].count++;
		}
	}
	return rc;
}

/* --- copies --------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* May one commit be a copy of the other? What is picked may have no commit here. */
static bool same_author(const search *f, const change *a, const change *b)
{
	const vv_person *x = &a->commit.author, *y = &b->commit.author;

	if (!x->email || !y->email) return !f->certain;
	return same_text(x->email, y->email) && same_text(x->name, y->name) &&
	       (!f->certain || x->time == y->time);
}

/* Adds the rows that the change adds. */
static vv_status add_rows(search *f, const vv_oid *before, const vv_oid *after, vv_error *err)
{
	vv_merge_copies *out = f->out;
	hashes rows[2] = {{0}, {0}};
	vv_status rc = compare_versions(rows, f, before, after, err);

	for (size_t i = 0, k = 0; rc == VV_OK && k < rows[1].count; k++) {
		while (i < rows[0].count && rows[0].list[i] < rows[1].list[k]) {
			i++;
		}
		if (i < rows[0].count && rows[0].list[i] == rows[1].list[k]) {
			i++;
		} else if (!vv_array_add(out->list, out->count, out->cap,
					 (vv_merge_copy){rows[1].list[k], 1})) {
			rc = vv_fail_nomem(err);
		}
	}
	vv_free_all(rows[0].list, rows[1].list);
	return rc;
}

static bool is_change(const change *c)
{
	return !c->used && !c->step.merge && (c->lo != 0 || c->hi != 0);
}

/* Is the change of steps first (the newest) to last that of a step of the other side? */
static vv_status try_range(search *f, size_t which, size_t first, size_t last, const change *sum,
			   vv_error *err)
{
	side *other = &f->sides[1 - which];
	change *list = f->sides[which].list;

	for (size_t k = 0; k < other->count; k++) {
		change *c = &other->list[k];
		bool same = is_change(c) && c->lo == sum->lo && c->hi == sum->hi;

		for (size_t i = first; i <= last && same; i++) {
			same = same_author(f, &list[i], c);
		}
		if (!same) {
			continue;
		}
		c->used = true;
		for (size_t i = first; i <= last; i++) {
			list[i].used = true;
		}
		return add_rows(f, &c->step.before, &c->step.after, err);
	}
	return VV_OK;
}

/* All rows of `length` steps of a side, each made of the next older one. */
static vv_status try_ranges(search *f, size_t which, size_t length, vv_error *err)
{
	const side *s = &f->sides[which];
	vv_status rc = VV_OK;

	for (size_t first = 0; first + length <= s->count && rc == VV_OK; first++) {
		change sum = {.lo = 0};
		bool whole = true;

		for (size_t i = first; i < first + length && whole; i++) {
			whole = is_change(&s->list[i]) &&
				(i == first ||
				 vv_oid_equal(&s->list[i - 1].step.before, &s->list[i].step.after));
			sum.lo += s->list[i].lo;
			sum.hi += s->list[i].hi;
		}
		if (whole && (sum.lo != 0 || sum.hi != 0)) {
			rc = try_range(f, which, first, first + length - 1, &sum, err);
		}
	}
	return rc;
}

/* Several in a row, made into one by a squash merge; so long that it costs little to try all. */
enum { RANGE_MAX = 64 };

static vv_status find_copies(search *f, vv_error *err)
{
	const size_t most = f->certain ? 1 : RANGE_MAX;
	vv_status rc = try_ranges(f, 0, 1, err);

	for (size_t length = 2; length <= most && rc == VV_OK; length++) {
		if ((rc = try_ranges(f, 0, length, err)) == VV_OK) {
			rc = try_ranges(f, 1, length, err);
		}
	}
	return rc;
}

static int by_hash(const void *a, const void *b)
{
	return vv_u64_order(&((const vv_merge_copy *)a)->hash, &((const vv_merge_copy *)b)->hash);
}

/* One entry for each hash. */
static void join_copies(vv_merge_copies *c)
{
	size_t n = 0;

	if (c->count > 1) {
		qsort(c->list, c->count, sizeof(*c->list), by_hash);
	}
	for (size_t i = 0; i < c->count; i++) {
		if (n > 0 && c->list[n - 1].hash == c->list[i].hash) {
			c->list[n - 1].rows += c->list[i].rows;
		} else {
			c->list[n++] = c->list[i];
		}
	}
	c->count = n;
}

vv_status vv_merge_row_copies(vv_merge_copies *out, const vv_dataset_merge *in, bool certain,
			      vv_needed **needed, vv_error *err)
{
	vv_auto(search) f = {.in = in, .needed = needed, .out = out, .certain = certain};
	vv_auto(vv_merge_history) h = {.pick = false};
	vv_error why;
	vv_status rc;

	if ((rc = vv_merge_history_read(&h, in, &why)) < 0 ||
	    (rc = find_changes(&f, &h, &why)) < 0 || (rc = find_copies(&f, &why)) < 0) {
		if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return vv_error_copy(err, &why);
		vv_merge_copies_clear(out);
		return VV_OK;
	}
	join_copies(out);
	return VV_OK;
}
