/*
 * diff: rows that differ, for callers of the library.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/value.h"
#include "lib/handles.h"
#include "varve/diff.h"

VV_AUTO_FREE(varve_diff, varve_diff_free)

#define DIFF_FLAGS                                                                                 \
	((uint32_t)(VARVE_DIFF_NO_RENAMES | VARVE_DIFF_IGNORE_FORMAT | VARVE_DIFF_MOVES |          \
		    VARVE_DIFF_REKEYED | VARVE_DIFF_SPARSE))

_Static_assert((int)VARVE_ROW_MOVED == (int)VV_ROW_MOVED &&
		       (int)VARVE_CHANGE_VALUE == (int)VV_CELL_CHANGED,
	       "kinds are the same on both sides");

struct varve_diff {
	varve_table *before, *after;
	vv_session *session; /* whose threads it uses */
	vv_name_list key, rename, only, ignore;
	char *tolerance;
	const varve_filter *filter;
	vv_where *where_before, *where_after;
	vv_columns columns;
	varve_column_pair *pairs;
	vv_rowdiff *rows;
	varve_row_change change;
	varve_diff_counts counts;
	vv_first_failure failed;
	vv_watched watched;
};

static vv_status set_pairs(varve_diff *d, vv_error *err)
{
	size_t count;
	const size_t *key = vv_rowdiff_key(d->rows, &count);

	if (!(d->pairs = vv_calloc(d->columns.count + 1, sizeof(*d->pairs)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < d->columns.count; i++) {
		const vv_column_pair *p = &d->columns.pairs[i];

		d->pairs[i] = (varve_column_pair){.before = (int32_t)p->a,
						  .after = (int32_t)p->b,
						  .renamed = p->renamed,
						  .moved = p->moved,
						  .retyped = p->retyped,
						  .described = p->reconstrained,
						  .alike = p->likeness};
		for (size_t k = 0; k < count; k++) {
			d->pairs[i].in_key |= p->b >= 0 && key[k] == (size_t)p->b;
		}
	}
	return VV_OK;
}

/* Copies names for the comparison. */
static vv_status take_names(varve_diff *d, const varve_diff_options *o, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_names_take(&d->key, o->key, err)) < 0 ||
	    (rc = vv_names_take(&d->rename, o->rename, err)) < 0 ||
	    (rc = vv_names_take(&d->only, o->only, err)) < 0 ||
	    (rc = vv_names_take(&d->ignore, o->ignore, err)) < 0) {
		return rc;
	}
	if (o->tolerance && !vv_tolerance_check(o->tolerance)) {
		return vv_fail(
			err, VV_EUSAGE,
			"the tolerance must be a number or a percentage (0.01, 1%%), not '%s'",
			vv_text_shows(o->tolerance));
	}
	if (o->tolerance && !(d->tolerance = vv_strdup(o->tolerance))) return vv_fail_nomem(err);
	return d->rename.count % 2 == 0
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE, "rename has an odd number of names");
}

static vv_status open_diff(varve_diff *d, const varve_diff_options *o, vv_error *err)
{
	const vv_columns_options columns = {.no_renames = (o->flags & VARVE_DIFF_NO_RENAMES) != 0,
					    .rename = d->rename.items};
	vv_rowdiff_options how = {.key = d->key.items,
				  .columns = &d->columns,
				  .ignore_format = (o->flags & VARVE_DIFF_IGNORE_FORMAT) != 0,
				  .tolerance = d->tolerance,
				  .only = d->only.items,
				  .ignore = d->ignore.items,
				  .rekeyed = (o->flags & VARVE_DIFF_REKEYED) != 0,
				  .moves = (o->flags & VARVE_DIFF_MOVES) != 0,
				  .blind_moves = !o->where,
				  .only_needed = (o->flags & VARVE_DIFF_SPARSE) != 0 && !o->where};
	vv_status rc = vv_watched_begin(&how.progress, &d->watched, o->watch, err);

	if (rc < 0 ||
	    (rc = vv_session_take(&d->session, d->after->core ? d->after->core : d->before->core,
				  err)) < 0 ||
	    (rc = vv_filter_where(&d->where_before, d->filter, d->before, err)) < 0 ||
	    (rc = vv_filter_where(&d->where_after, d->filter, d->after, err)) < 0 ||
	    (rc = vv_columns_match(&d->columns, &d->before->table, &d->after->table, &columns,
				   err)) < 0) {
		return rc;
	}
	how.pool = d->session ? vv_dataset_reader_pool(d->session->reader) : NULL;
	rc = vv_rowdiff_open(&d->rows, &d->before->table, &d->after->table, &how, err);
	return rc < 0 ? rc : set_pairs(d, err);
}

int varve_diff_open(varve_diff **out, const varve_table *before, const varve_table *after,
		    const varve_diff_options *options, varve_error *err)
{
	vv_auto(varve_diff) *d = vv_calloc(1, sizeof(*d));
	varve_diff_options o;
	vv_error e;
	vv_status rc;

	*out = NULL;
	if (!d) return vv_give(err, vv_fail_nomem(&e), &e);
	*d = (varve_diff){.before = vv_table_keep(before), .after = vv_table_keep(after)};
	if ((rc = vv_take_options(&o, sizeof(o), options, &e)) == VV_OK &&
	    (rc = vv_take_flags(o.flags, DIFF_FLAGS, &e)) == VV_OK) {
		d->filter = vv_filter_keep(o.where);
		if ((rc = take_names(d, &o, &e)) == VV_OK) {
			rc = open_diff(d, &o, &e);
		}
	}
	return vv_give(err, rc < 0 ? rc : vv_hand_over(out, &d), &e);
}

static bool is_wanted(const varve_diff *d, const vv_row_change *c)
{
	return !d->filter || (c->old_cells && vv_where_holds(d->where_before, c->old_cells)) ||
	       (c->new_cells && vv_where_holds(d->where_after, c->new_cells));
}

static void count_row(varve_diff_counts *n, const vv_row_change *c)
{
	switch (c->kind) {
	case VV_ROW_ADDED:
		n->added++;
		break;
	case VV_ROW_REMOVED:
		n->removed++;
		break;
	case VV_ROW_CHANGED:
		n->changed++;
		break;
	default:
		n->moved++;
	}
	n->cells_changed += c->changed;
	n->cells_respelled += c->formatted;
}

int vv_diff_row(varve_diff *d, vv_row_change *out, vv_error *err)
{
	vv_status rc = VV_OK;
	bool more;

	while ((more = vv_rowdiff_next(d->rows, out, &rc, err)) && !is_wanted(d, out)) {
	}
	if (rc < 0 || (d->filter && ((rc = vv_where_ok(d->where_before, err)) < 0 ||
				     (rc = vv_where_ok(d->where_after, err)) < 0))) {
		return (int)rc;
	}
	return more;
}

const vv_columns *vv_diff_columns(const varve_diff *d)
{
	return &d->columns;
}

const size_t *vv_diff_key(const varve_diff *d, size_t *count)
{
	return vv_rowdiff_key(d->rows, count);
}

vv_status vv_diff_commit(char id[VARVE_ID_SIZE], int64_t *time, const varve_diff *d, vv_error *err)
{
	const vv_subject *s = &d->after->subject;
	vv_auto(vv_commit) c = {0};
	vv_status rc;

	id[0] = '\0';
	if (s->from != VV_FROM_COMMIT || !d->session || !d->session->repo) return VV_OK;
	if ((rc = vv_commit_read(d->session->repo, &s->commit, &c, err)) < 0) return rc;
	vv_oid_text(id, &s->commit);
	*time = c.committer.time;
	return VV_OK;
}

static int next_row(varve_diff *d, vv_error *err)
{
	vv_row_change c;
	int more = vv_diff_row(d, &c, err);

	if (more <= 0) return more;
	count_row(&d->counts, &c);
	d->change = (varve_row_change){.kind = (int32_t)c.kind,
				       .moved = c.moved,
				       .rekeyed = c.rekeyed,
				       .changed = (uint32_t)c.changed,
				       .respelled = (uint32_t)c.formatted,
				       .old_row = c.old_row,
				       .new_row = c.new_row,
				       .before = (const varve_cell *)(const void *)c.old_cells,
				       .after = (const varve_cell *)(const void *)c.new_cells,
				       .cells = c.kind == VV_ROW_CHANGED ? c.cells : NULL};
	return 1;
}

int varve_diff_next(varve_diff *diff, const varve_row_change **change, varve_error *err)
{
	vv_error e;
	int more = diff->failed.rc < 0 ? 0 : next_row(diff, &e);

	more = vv_give_next(err, &diff->failed, more, &e);
	*change = more > 0 ? &diff->change : NULL;
	return more;
}

const varve_column_pair *varve_diff_column(const varve_diff *diff, size_t i)
{
	return i < diff->columns.count ? &diff->pairs[i] : NULL;
}

int varve_diff_count(const varve_diff_counts **counts, varve_diff *diff, varve_error *err)
{
	varve_diff_counts *n = &diff->counts;
	vv_error e;
	int more = 0;

	while (diff->failed.rc == 0 && (more = next_row(diff, &e)) > 0) {
	}
	*counts = NULL;
	if ((more = vv_give_next(err, &diff->failed, more, &e)) < 0) return more;
	const vv_rowdiff_stats *s = vv_rowdiff_stats_get(diff->rows);
	n->old_rows = s->old_rows;
	n->new_rows = s->new_rows;
	n->respelled_rows = s->formatted_rows;
	n->repeated_keys = s->repeated_keys;
	n->groups_read = s->groups_read;
	n->keyed = s->keyed;
	n->reordered = s->reordered;
	n->key_changed = diff->columns.key_changed;
	*counts = n;
	return 0;
}

void varve_diff_free(varve_diff *diff)
{
	if (diff) {
		vv_rowdiff_close(diff->rows);
		vv_columns_clear(&diff->columns);
		vv_where_free(diff->where_before);
		vv_where_free(diff->where_after);
		varve_filter_free((varve_filter *)(uintptr_t)diff->filter);
		vv_session_give(diff->session);
		varve_table_free(diff->before);
		varve_table_free(diff->after);
		vv_names_clear(&diff->key);
		vv_names_clear(&diff->rename);
		vv_names_clear(&diff->only);
		vv_names_clear(&diff->ignore);
		vv_free_all(diff->tolerance, diff->pairs, diff);
	}
}
