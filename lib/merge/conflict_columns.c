/*
 * conflict_columns: which merges are made again, and which conflicts are left after it.
 */
#include "lib/merge/conflict_columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/tables/dataset_import.h"
#include "repo/git/history/history.h"

/* A decision may bring a conflict of another column about; not for ever. */
enum { ROUNDS_MAX = 16 };

typedef struct remake {
	const vv_columns_solution *s;
	vv_conflict_record *record;
	vv_dataset_merged before, after, both; /* with the earlier decisions; with the new ones;
						* with the work tree's changes applied to that */
	bool same;                             /* the work tree has what before has */
} remake;

static void remake_clear(remake *r)
{
	vv_dataset_merged_clear(&r->before);
	vv_dataset_merged_clear(&r->after);
	vv_dataset_merged_clear(&r->both);
}
VV_AUTO_CLEAR(remake, remake_clear)

static vv_status merge_again(const remake *r, vv_dataset_merged *out, vv_error *err)
{
	const vv_conflict_record *c = r->record;
	const vv_conflict_path *p = r->s->path;
	vv_dataset_merge in = {.repo = r->s->repo,
			       .writer = r->s->writer,
			       .path = p->path,
			       .sides = {p->sides[0], p->sides[1], p->sides[2]},
			       .commits = {{{0}}, c->commits[0], c->commits[1]},
			       .names = {c->names[0], c->names[1], c->names[2]},
			       .decisions = c->decided,
			       .decision_count = c->decided_count,
			       .how = c->how};

	return vv_dataset_merge_run(out, &in, err);
}

/* --- which conflicts are left ------------------------------------------------------------ */

/* Conflicts of rows, by key and column. */
typedef struct item_set {
	const vv_conflict_item **list;
	size_t count;
} item_set;

static int text_order(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int by_place(const void *a, const void *b)
{
	const vv_conflict_item *x = *(const vv_conflict_item *const *)a;
	const vv_conflict_item *y = *(const vv_conflict_item *const *)b;
	int c = text_order(x->key, y->key);

	return c != 0 ? c : text_order(x->column, y->column);
}

static vv_status item_set_make(item_set *s, const vv_conflict_record *c, vv_error *err)
{
	s->list = vv_calloc(c->count + 1, sizeof(*s->list));
	if (!s->list) return vv_fail_nomem(err);
	vv_array_each(c->items, c->count, item) {
		if (!vv_conflict_is_of_columns(item)) {
			s->list[s->count++] = item;
		}
	}
	if (s->count > 1) {
		qsort(s->list, s->count, sizeof(*s->list), by_place);
	}
	return VV_OK;
}

/* The first one that is not before the item. */
static size_t item_set_at(const item_set *s, const vv_conflict_item *item)
{
	return vv_first_place(i, s->count, by_place(&s->list[i], &item) < 0);
}

static bool item_set_has(const item_set *s, const vv_conflict_item *item)
{
	size_t at = item_set_at(s, item);

	return at < s->count && by_place(&s->list[at], &item) == 0;
}

static bool same_cells(const vv_conflict_item *a, const vv_conflict_item *b)
{
	return a->kind == b->kind &&
	       vv_find_place(i, 3,
			     a->has[i] != b->has[i] ||
				     (a->has[i] && !vv_cell_equal(&a->cells[i], &b->cells[i]))) ==
		       3;
}

/* The conflict that this one was before: of the same row and column, or, where the column is
 * called otherwise by now, with the same three cells. NULL: it is new. */
static const vv_conflict_item *item_before(const item_set *s, const vv_conflict_item *item)
{
	const vv_conflict_item row = {.key = item->key};

	if (item_set_has(s, item)) return s->list[item_set_at(s, item)];
	for (size_t i = item_set_at(s, &row);
	     i < s->count && text_order(s->list[i]->key, item->key) == 0; i++) {
		if (same_cells(s->list[i], item)) return s->list[i];
	}
	return NULL;
}

/* A former conflict of rows that no longer exists was decided. */
static vv_status drop_decided(remake *r, vv_error *err)
{
	vv_conflict_record *c = &r->after.record;
	item_set all = {NULL, 0}, open = {NULL, 0};
	size_t left = 0;
	vv_status rc;

	if ((rc = item_set_make(&all, &r->before.record, err)) < 0 ||
	    (rc = item_set_make(&open, r->record, err)) < 0) {
		goto done;
	}
	vv_array_each(c->items, c->count, item) {
		const vv_conflict_item *was = item_before(&all, item);

		if (vv_conflict_is_of_columns(item) || !was || item_set_has(&open, was)) {
			c->items[left++] = *item;
		}
	}
	c->count = left;
done:
	vv_free_all(all.list, open.list);
	return rc;
}

/* --- all of a kind ---------------------------------------------------------------------- */

static bool any_of_columns(const vv_conflict_record *c)
{
	return vv_array_find(c->items, c->count, it, vv_conflict_is_of_columns(it)) != NULL;
}

static vv_status decide_all(vv_conflict_record *into, const vv_conflict_record *from,
			    vv_merge_take take, vv_error *err)
{
	vv_status rc;

	vv_array_each(from->items, from->count, item) {
		if (vv_conflict_is_of_columns(item) &&
		    (rc = vv_conflict_record_decide(into, item, take, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

vv_status vv_conflict_columns_take(vv_dataset_merged *out, const vv_dataset_merge *in,
				   vv_merge_take take, vv_error *err)
{
	vv_dataset_merge again = *in;
	vv_auto(vv_conflict_record) decided = {0};
	vv_status rc;

	for (int i = 0; any_of_columns(&out->record); i++) {
		if (i == ROUNDS_MAX) {
			return vv_fail(err, VV_ENOSUPPORT, "%s has too many conflicts of columns",
				       vv_text_shows(in->path));
		}
		if ((rc = decide_all(&decided, &out->record, take, err)) < 0) return rc;
		again.decisions = decided.decided;
		again.decision_count = decided.decided_count;
		vv_dataset_merged_clear(out);
		if ((rc = vv_dataset_merge_run(out, &again, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- decisions and edits in the work tree ----------------------------------------- */

static bool rows_without_key(const vv_conflict_record *c)
{
	return vv_array_find(c->items, c->count, it, !vv_conflict_is_of_columns(it) && !it->key) !=
	       NULL;
}

/* The work tree's file as Git would keep it beside the merged version. */
static vv_status work_blob(const remake *r, vv_oid *out, vv_error *err)
{
	bool pointer = false;
	vv_auto(char) *file = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_dataset_reader_is_pointer(vv_dataset_writer_reader(r->s->writer),
					       &r->before.result.id, &pointer, err)) < 0) {
		return rc;
	}
	if (pointer) {
		*out = r->s->work->blob;
		return VV_OK;
	}
	if (!(file = vv_repository_file(r->s->repo, r->s->path->path))) return vv_fail_nomem(err);
	if ((rc = vv_read_regular(&text, file, SIZE_MAX, err)) == VV_OK) {
		rc = vv_blob_write(r->s->repo, vv_buf_cstr(&text), text.len, out, err);
	}
	return rc;
}

/* Merges the changes from before to the work tree with those from before to after. If both changed
 * a cell the work tree wins; columns and key are the decided ones. */
static vv_status bring_over(remake *r, vv_error *err)
{
	const vv_conflict_path *p = r->s->path;
	vv_index_side work = r->before.result;
	vv_dataset_merge in = {
		.repo = r->s->repo, .writer = r->s->writer, .path = p->path, .no_rules = true};
	vv_status rc;

	if (rows_without_key(&r->after.record)) {
		vv_fail(err, VV_ENOSUPPORT,
			"%s has no key, so its columns must be decided before its cells, and some "
			"cells were already decided or edited",
			vv_text_shows(p->path));
		return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, p->path);
	}
	if ((rc = vv_dataset_writer_commit(r->s->writer, err)) < 0 ||
	    (rc = work_blob(r, &work.id, err)) < 0 || (rc = drop_decided(r, err)) < 0) {
		return rc;
	}
	in.sides[VV_BASE] = r->before.result;
	in.sides[VV_OURS] = work;
	in.sides[VV_THEIRS] = r->after.result;
	rc = vv_dataset_merge_run(&r->both, &in, err);
	return rc < 0 ? rc : vv_conflict_columns_take(&r->both, &in, VV_TAKE_THEIRS, err);
}

/* --- the record ------------------------------------------------------------------------- */

static vv_status note_decisions(remake *r, vv_error *err)
{
	vv_conflict_record *c = r->record;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < c->count; i++) {
		if (r->s->chosen[i] && vv_conflict_is_of_columns(&c->items[i]) &&
		    (rc = vv_conflict_record_decide(c, &c->items[i], (vv_merge_take)r->s->side,
						    err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The record of the new merge takes the place of the old one. */
static vv_status replace_record(remake *r, vv_error *err)
{
	vv_conflict_record *from = r->record, *to = &r->after.record;
	vv_status rc;

	vv_array_each(from->decided, from->decided_count, d) {
		const vv_conflict_item item = {.kind = d->kind, .column = d->column};

		if ((rc = vv_conflict_record_decide(to, &item, d->take, err)) < 0) return rc;
	}
	to->touched = true;
	if (!r->same) {
		memset(&to->root, 0, sizeof(to->root)); /* rows are found by their keys */
	}
	vv_conflict_record old = *from;
	*from = *to;
	*to = old;
	return VV_OK;
}

vv_status vv_conflict_columns_solve(const vv_columns_solution *s, vv_oid *out, vv_error *err)
{
	vv_auto(remake) r = {.s = s, .record = &s->path->record};
	const vv_cid *work = &s->work->result.cid;
	vv_status rc = VV_OK;

	r.same = !r.record->touched && vv_cid_equal(work, &r.record->root);
	if (!r.same) {
		rc = merge_again(&r, &r.before, err);
		r.same = rc == VV_OK && vv_cid_equal(work, &r.before.root);
	}
	if (rc < 0 || (rc = note_decisions(&r, err)) < 0 ||
	    (rc = merge_again(&r, &r.after, err)) < 0 ||
	    (!r.same && (rc = bring_over(&r, err)) < 0)) {
		return rc;
	}
	*out = r.same ? r.after.result.id : r.both.result.id;
	return replace_record(&r, err);
}
