/*
 * tables_twice: is one change of a counted column on both sides of a merge?
 *
 * Author, time and subject are not sufficient: a squash merge, `cherry-pick -n` or a patch makes another commit of the same
 * change, and two programs may commit in the same second. So the versions of the table are compared. Each step of a side, or
 * several in a row, is picked onto the version before each step of the other side that changes a counted cell by as much: a
 * step that equals the pick's result in all picked cells may be a copy. It finds no copy whose cells were changed again in
 * the same commit, and no change that is part of a larger one.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/key.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "lib/merge/tables_internal.h"
#include "lib/names/version.h"
#include "repo/git/history/history.h"

/* Amounts that are added up, and how many of these cost as much as a merge of two steps that may be copies. */
enum { WORK_MAX = 50000000, TRY_COSTS = 50000 };

/* A cell that changed, and by how much. */
typedef struct change {
	uint64_t cell;  /* a hash of the row's key and the column's name */
	double by;      /* of a counted column; else 0 */
	uint64_t value; /* for another column: a hash of its new value */
} change;

typedef struct changes {
	change *list; /* by cell */
	size_t count, cap;
} changes;

/* From one version of the table to the next. */
typedef struct step {
	vv_oid before, after;
	changes cells; /* counted ones that both sides changed, and those that a merge takes from a side */
	size_t previous; /* the step that made `before`; SIZE_MAX: none of this side */
	bool merge;      /* made of other steps, by rules that may have dropped their cells */
} step;

typedef struct steps {
	step *list; /* the side as a whole, then its steps, the newest first */
	size_t count, cap;
} steps;

typedef struct search {
	const vv_dataset_merge *in;
	vv_needed **needed; /* as for vv_merge_open_older */
	const vv_merge_rules *rules;
	steps sides[2];  /* ours, theirs */
	uint64_t *cells; /* counted, that both sides changed, in order; NULL: not known yet */
	size_t cell_count;
	size_t work;
	const char *why;
} search;

static void search_clear(search *f)
{
	vv_array_each(f->sides, 2, it) {
		vv_array_clear(it->list, it->count, of, vv_free(of->cells.list));
	}
	vv_free(f->cells);
}
VV_AUTO_CLEAR(search, search_clear)

/* --- changes -------------------------------------------------------------------------------- */

static int change_order(const void *a, const void *b)
{
	return vv_u64_order(&((const change *)a)->cell, &((const change *)b)->cell);
}

static const change *find_change(const changes *c, uint64_t cell)
{
	size_t at = vv_first_place(i, c->count, c->list[i].cell < cell);

	return at < c->count && c->list[at].cell == cell ? &c->list[at] : NULL;
}

static bool read_number(vv_decimal *out, vv_buf *digits, const vv_field *f, const vv_cell *c)
{
	return c->len > 0 && vv_decimal_read(out, digits, c->state == VV_CELL_LITERAL ? NULL : f,
					     c->text, c->len);
}

/* 0 where one is not a number. */
static double subtract_cells(const vv_field *f, const vv_cell *was, const vv_field *g,
			     const vv_cell *is)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_decimal a, b, distance;
	double by = 0;

	if (!read_number(&a, &digits, f, was) || !read_number(&b, &digits, g, is) ||
	    !vv_decimal_distance(&distance, &a, &b, &digits) ||
	    !vv_decimal_double(&by, &distance, &digits)) {
		return 0;
	}
	return vv_decimal_compare(&b, &a, &digits) < 0 ? -by : by;
}

static vv_merge_rule_kind rule_of(const search *f, const vv_field *column)
{
	const vv_merge_rule *rule = vv_merge_rules_find(f->rules, column->name, column->name_len);

	return rule ? rule->kind : VV_MERGE_CONFLICT;
}

/* Two versions and a row that differs. */
typedef struct pair {
	vv_table *tables[2];
	const vv_columns *columns;
	vv_row_change row;
} pair;

/* all: also cells that a merge may make of both sides. */
static vv_status note_row(changes *out, const search *f, const pair *p, uint64_t name, bool all,
			  vv_error *err)
{
	const bool changed = p->row.kind == VV_ROW_CHANGED;

	for (size_t i = 0; i < p->columns->count; i++) {
		const vv_column_pair *c = &p->columns->pairs[i];
		const vv_field *to = c->b < 0 ? NULL : &p->tables[1]->schema.fields[c->b];
		const vv_merge_rule_kind rule = to ? rule_of(f, to) : VV_MERGE_CONFLICT;
		bool takes = all || (changed && rule != VV_MERGE_UNION && rule != VV_MERGE_LINES);

		if (!to || (changed && p->row.cells[i] != VV_CELL_CHANGED)) {
			continue;
		}
		change d = {.cell = vv_xxh3(to->name, to->name_len, name)};
		if (!all && rule == VV_MERGE_SUM) {
			d.by = changed && c->a >= 0
				       ? subtract_cells(&p->tables[0]->schema.fields[c->a],
							&p->row.old_cells[c->a], to,
							&p->row.new_cells[c->b])
				       : 0;
			takes = d.by != 0 && (!f->cells || bsearch(&d.cell, f->cells, f->cell_count,
								   sizeof(d.cell), vv_u64_order));
		} else if (takes && changed) {
			d.value = vv_xxh3(p->row.new_cells[c->b].text, p->row.new_cells[c->b].len,
					  p->row.new_cells[c->b].state);
		}
		if (takes && !vv_array_add(out->list, out->count, out->cap, d)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status compare_tables(changes *out, search *f, vv_table *a, vv_table *b, bool all,
				vv_error *err)
{
	const vv_columns_options names = {.no_renames = true};
	vv_auto(vv_columns) columns = {.count = 0};
	pair p = {.tables = {a, b}, .columns = &columns};
	const vv_rowdiff_options opts = {
		.columns = &columns,
		.ignore_format = true,
		.temp_dir = vv_env_temp_dir(vv_repository_env(f->in->repo))};
	vv_auto(vv_rowdiff) *d = NULL;
	size_t keys = 0, places[2][VV_KEY_COLUMNS_MAX];
	vv_status rc = vv_columns_match(&columns, a, b, &names, err);

	rc = rc < 0 ? rc : vv_rowdiff_open(&d, a, b, &opts, err);
	while (vv_rowdiff_next(d, &p.row, &rc, err)) {
		const bool gone = p.row.kind == VV_ROW_REMOVED;
		const size_t *key = vv_rowdiff_key(d, &keys);

		for (size_t i = 0; i < keys; i++) {
			places[0][i] = (size_t)vv_columns_to_old(&columns, key[i]);
			places[1][i] = key[i];
		}
		f->why = keys == 0 ? "the table has no key, so changes cannot be matched" : f->why;
		rc = note_row(out, f, &p,
			      vv_key_hash(gone ? p.row.old_cells : p.row.new_cells, places[!gone],
					  keys, 0, NULL),
			      all, err);
	}
	if (out->count > 0) {
		qsort(out->list, out->count, sizeof(*out->list), change_order);
	}
	return rc;
}

static vv_status open_version(vv_subject *s, vv_table *t, const search *f, const vv_oid *blob,
			      vv_error *err)
{
	const vv_subject_options how = {.find_key = true};

	return vv_merge_open_older(s, t, f->in, blob, &how, f->needed, err);
}

static vv_status compare_versions(changes *out, search *f, const vv_oid *before,
				  const vv_oid *after, bool all, vv_error *err)
{
	vv_auto(vv_subject) was = {.text = NULL}, is = {.text = NULL};
	vv_auto(vv_table) a = {.columns = 0}, b = {.columns = 0};
	vv_status rc = open_version(&was, &a, f, before, err);

	rc = rc < 0 ? rc : open_version(&is, &b, f, after, err);
	return rc < 0 ? rc : compare_tables(out, f, &a, &b, all, err);
}

/* --- steps ---------------------------------------------------------------------------------- */

static vv_status add_step(search *f, steps *to, step s, vv_error *err)
{
	s.previous = SIZE_MAX;
	if (vv_oid_equal(&s.before, &s.after)) return VV_OK;
	if (!vv_array_add(to->list, to->count, to->cap, s)) return vv_fail_nomem(err);
	return compare_versions(&to->list[to->count - 1].cells, f, &s.before, &s.after, false, err);
}

/* A version may come again: the step that made it is the next older one; of a merge, the step from a version that is not of this
 * side, if there is one. */
static void link_steps(steps *side)
{
	for (size_t i = side->count; i-- > 1;) {
		for (size_t k = side->count; k-- > i + 1;) {
			step *s = &side->list[i];
			const step *older = &side->list[k];

			if (vv_oid_equal(&older->after, &s->before) &&
			    (s->previous == SIZE_MAX || !older->merge ||
			     older->previous == SIZE_MAX)) {
				s->previous = k;
			}
		}
	}
}

/* Do the steps reach from the base to the side? Not where it was renamed on the way, or history is cut off or too long. */
static bool is_whole(const steps *side)
{
	bool begins = side->count < 2, ends = begins;

	for (size_t i = 1; i < side->count; i++) {
		begins = begins || vv_oid_equal(&side->list[i].before, &side->list[0].before);
		ends = ends || vv_oid_equal(&side->list[i].after, &side->list[0].after);
	}
	return begins && ends;
}

/* --- copies --------------------------------------------------------------------------------- */

/* A change that is picked onto the version before a step. */
typedef struct trial {
	search *f;
	const vv_oid *before, *after; /* of the change */
	const step *step;
	bool same; /* the step equals the pick's result in all cells of the change */
} trial;

static vv_status compare_picked(void *payload, vv_table *picked, vv_error *err)
{
	trial *t = payload;
	vv_auto(vv_subject) s = {.text = NULL};
	vv_auto(vv_table) after = {.columns = 0};
	changes asked = {0}, other = {0};
	vv_status rc;

	if ((rc = open_version(&s, &after, t->f, &t->step->after, err)) == VV_OK &&
	    (rc = compare_versions(&asked, t->f, t->before, t->after, true, err)) == VV_OK) {
		rc = compare_tables(&other, t->f, picked, &after, true, err);
	}
	t->same = !vv_array_find(other.list, other.count, it, find_change(&asked, it->cell));
	vv_free_all(asked.list, other.list);
	return rc;
}

/* Is the step the sum of those from first to last, and may be a copy of them? */
static vv_status try_copy(search *f, const step *first, const step *last, const step *s,
			  vv_error *err)
{
	trial t = {.f = f, .before = &first->before, .after = &last->after, .step = s};
	const vv_oid *versions[] = {t.before, t.after, &s->before};
	vv_status rc = vv_merge_pick(f->in, f->rules, versions, compare_picked, &t, err);

	f->work += TRY_COSTS;
	f->why = rc == VV_OK && t.same ? "both sides may have made the same change, or copied it"
				       : f->why;
	return rc;
}

/* Does the step differ from this one in a cell, which a pick would set, or leave unchanged? */
static bool step_contradicts(const step *s, const step *last)
{
	vv_array_each(s->cells.list, s->cells.count, c) {
		const change *d = find_change(&last->cells, c->cell);

		if (d && d->value != c->value) return true;
	}
	return false;
}

/* A row of steps: by how much it changed the counted cells of another step, and by how much others. */
typedef struct row {
	double *sums;
	double other, size; /* each cell has a weight; size: without signs */
} row;

/* Adds a step. By its amounts, is the row in the other step? */
static bool add_amounts(row *r, const step *s, const step *added)
{
	bool any = false, all = true;

	vv_array_each(added->cells.list, added->cells.count, d) {
		const change *c = find_change(&s->cells, d->cell);
		const double weighted = d->by * (double)(d->cell >> 40);

		if (c) {
			r->sums[c - s->cells.list] += d->by;
		} else {
			r->other += weighted;
			r->size += fabs(weighted);
		}
	}
	for (size_t i = 0; i < s->cells.count; i++) {
		const double by = s->cells.list[i].by, slack = 1e-9 * fabs(by);
		const bool equal = by != 0 && fabs(r->sums[i] - by) <= slack;

		any = any || equal;
		all = all && (equal || fabs(r->sums[i]) <= slack);
	}
	return any && all && fabs(r->other) <= 1e-9 * r->size;
}

/* Steps of the side, from one that ends anywhere back along those before it, which may have been copied into s. */
static vv_status find_copied(search *f, const steps *side, const step *s, vv_error *err)
{
	vv_auto_free double *sums = vv_calloc(s->cells.count + 1, sizeof(*sums));
	vv_status rc = sums ? VV_OK : vv_fail_nomem(err);

	for (size_t last = 0; last < side->count && rc == VV_OK; last++) {
		row r = {.sums = sums};

		memset(sums, 0, s->cells.count * sizeof(*sums));
		for (size_t first = step_contradicts(s, &side->list[last]) ? SIZE_MAX : last;
		     first != SIZE_MAX && rc == VV_OK && !f->why;
		     first = side->list[first].previous) {
			const bool may = add_amounts(&r, s, &side->list[first]) &&
					 (first != last || !side->list[last].merge);

			f->work += s->cells.count + 1;
			if (f->work > WORK_MAX) {
				f->why = "too many commits to check whether both sides made a "
					 "change";
			} else if (may) {
				rc = try_copy(f, &side->list[first], &side->list[last], s, err);
			}
		}
	}
	return rc;
}

static vv_status find_copies(search *f, vv_error *err)
{
	vv_status rc = VV_OK;

	link_steps(&f->sides[0]);
	link_steps(&f->sides[1]);
	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < f->sides[i].count && rc == VV_OK && !f->why; k++) {
			const step *s = &f->sides[i].list[k];

			rc = s->merge ? VV_OK : find_copied(f, &f->sides[1 - i], s, err);
		}
	}
	return rc;
}

/* The sides as wholes, and which counted cells both changed. */
static vv_status read_wholes(search *f, vv_error *err)
{
	const vv_index_side *sides = f->in->sides;
	size_t cap = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		const step whole = {.before = sides[VV_BASE].id, .after = sides[VV_OURS + i].id};

		rc = add_step(f, &f->sides[i], whole, err);
	}
	const bool both = rc == VV_OK && f->sides[0].count > 0 && f->sides[1].count > 0;
	for (size_t i = 0; both && i < f->sides[0].list->cells.count; i++) {
		const change *c = &f->sides[0].list->cells.list[i];

		if (c->by != 0 && find_change(&f->sides[1].list->cells, c->cell) &&
		    !vv_array_add(f->cells, f->cell_count, cap, c->cell)) {
			return vv_fail_nomem(err);
		}
	}
	f->cell_count = vv_u64_set(f->cells, f->cell_count);
	return rc;
}

static vv_status search_sides(search *f, vv_error *err)
{
	vv_auto(vv_merge_history) h = {.pick = false};
	vv_status rc = read_wholes(f, err);

	if (rc < 0 || f->cell_count == 0 || (rc = vv_merge_history_read(&h, f->in, err)) < 0) {
		return rc;
	}
	f->why = h.bases > 1 ? "the branches have several common ancestors" : f->why;
	for (size_t i = 0; i < 2 && rc == VV_OK && !f->why; i++) {
		const bool read = !(h.pick && i == h.picked);

		for (size_t k = 0; read && k < h.sides[i].count && rc == VV_OK; k++) {
			const vv_merge_step *s = &h.sides[i].list[k];

			rc = add_step(
				f, &f->sides[i],
				(step){.before = s->before, .after = s->after, .merge = s->merge},
				err);
		}
		if (rc == VV_OK && !h.pick && !is_whole(&f->sides[i])) {
			f->why = "some versions since the base are missing";
		}
	}
	return rc < 0 || f->why ? rc : find_copies(f, err);
}

vv_status vv_merge_twice(const char **why, const vv_merge_rules *rules, const vv_dataset_merge *in,
			 vv_needed **needed, vv_error *err)
{
	vv_auto(search) f = {.in = in, .needed = needed, .rules = rules};

	*why = NULL;
	if (!vv_merge_rules_have(rules, VV_MERGE_SUM) || in->sides[VV_BASE].mode == 0) return VV_OK;
	const vv_status rc = search_sides(&f, err);
	if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return rc;
	*why = rc < 0 ? "a version since the base cannot be read" : f.why;
	return VV_OK;
}
