/*
 * change_count: how the comparison of diff is made to count and no more.
 */
#include "lib/status/change_count.h"
#include "dataset/table/file_order.h"

#include "base/file.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "diff/rows/row_change.h"
#include "lib/names/version.h"
#include "lib/view/table_diff.h"
#include "repo/git/history/history.h"

/* A writer that keeps the numbers. */
typedef struct counter {
	vv_diff_writer base; /* first: the public part */
	vv_change_counts *out;
} counter;

static vv_status count_end_table(vv_diff_writer *w, const vv_rowdiff_stats *s, vv_error *err)
{
	counter *c = (counter *)(void *)w;

	vv_change_counts_clear(c->out);
	return vv_change_counts_fill(c->out, &w->table, s, err);
}

static const vv_diff_writer_kind counting = {.end_table = count_end_table, .only_needed = true};

/* *same: nothing differs, of which the writer hears nothing. */
static vv_status count_differences(vv_change_counts *out, bool *same, const vv_diff_item *item,
				   const char *temp_dir, vv_error *err)
{
	static const vv_strings none = {NULL, 0};
	counter c = {.base.kind = &counting, .out = out};
	const vv_diff_how how = {.key = &none,
				 .only = &none,
				 .ignore = &none,
				 .where = &none,
				 .counts = true,
				 .bound = VV_COUNT_CELLS_MAX,
				 .temp_dir = temp_dir,
				 .writer = &c.base};
	vv_diff_answer answer;
	vv_status rc;

	if ((rc = vv_diff_item_compare(&answer, item, &how, err)) < 0) {
		vv_change_counts_clear(out);
		*same = false;
		return rc == VV_EMISSING ? VV_OK : rc;
	}
	if (answer.line.len > 0 && !answer.respelled) { /* it is not a table */
		vv_change_counts_clear(out);
	}
	*same = !answer.differs && !answer.many && answer.line.len == 0;
	vv_buf_clear(&answer.line);
	out->many = answer.many;
	return VV_OK;
}

/* Are its rows in the order of its key? */
static bool is_sorted_by_key(const vv_root *r)
{
	return r->sorted_by_count > 0 &&
	       vv_root_names_equal(r->sorted_by, r->sorted_by_count, r->key, r->key_count);
}

/* Counts two tables in key order in this way if their rows are equal, or correspond one to one by the sort keys:
 * then different places mean that the order in the file changed. Others are converted to the file's order. */
static vv_status count_sorted(vv_change_counts *out, const vv_diff_item *item, const char *temp_dir,
			      vv_error *err)
{
	vv_table *a = item->open_a, *b = item->open_b;
	bool same = vv_buf_equal(&a->root.places, &b->root.places),
	     rows = vv_buf_equal(&a->root.data, &b->root.data), none;
	vv_status rc = VV_OK;

	if (rows || (is_sorted_by_key(&a->root) && is_sorted_by_key(&b->root))) {
		if ((rc = count_differences(out, &none, item, temp_dir, err)) < 0 ||
		    !out->counted) {
			return rc;
		}
		if (rows || out->added + out->removed + out->rekeyed == 0) {
			out->reordered = !same;
			return VV_OK;
		}
	}
	if ((rc = vv_table_to_file_order(a, err)) < 0 ||
	    (rc = vv_table_to_file_order(b, err)) < 0) {
		return rc;
	}
	vv_change_counts_clear(out);
	*out = (vv_change_counts){
		.counted = true, .old_rows = a->root.rows, .new_rows = b->root.rows};
	return count_differences(out, &none, item, temp_dir, err);
}

vv_status vv_change_count_tables(vv_change_counts *out, const char *path, vv_table *a, vv_table *b,
				 const char *temp_dir, vv_error *err)
{
	bool same;
	vv_status rc;

	const vv_diff_item item = {
		.path = path, .open_a = a, .open_b = b, .old_name = path, .new_name = path};

	*out = (vv_change_counts){
		.counted = true, .old_rows = a->root.rows, .new_rows = b->root.rows};
	if ((rc = vv_tables_in_one_order(a, b, err)) < 0) {
		vv_change_counts_clear(out);
		return rc;
	}
	rc = vv_root_has_places(&a->root) ? count_sorted(out, &item, temp_dir, err)
					  : count_differences(out, &same, &item, temp_dir, err);
	if (rc < 0) {
		vv_change_counts_clear(out);
	}
	return rc;
}

static vv_status find_blob(vv_subject *s, vv_repository *r, vv_dataset_reader *reader,
			   const char *path, vv_text_version at, vv_error *err)
{
	return vv_subject_find(
		s, r, reader,
		&(vv_version_name){.path = path, .commit = at.commit, .blob = at.blob}, err);
}

static vv_status find_text(vv_subject *s, vv_repository *r, vv_dataset_reader *reader,
			   const char *path, vv_text_version at, uint64_t most, char **file,
			   bool *fits, vv_error *err)
{
	uint64_t size = 0;
	vv_stat st;
	vv_status rc;

	*fits = false;
	if (at.blob) {
		if ((rc = vv_blob_size(r, at.blob, &size, err)) < 0 || size > most) return rc;
		*fits = true;
		return find_blob(s, r, reader, path, at, err);
	}
	if (!(*file = vv_repository_file(r, path))) return vv_fail_nomem(err);
	if ((rc = vv_lstat(&st, *file, err)) < 0 || (uint64_t)st.size > most) return rc;
	*fits = true;
	return vv_subject_find(s, r, reader, &(vv_version_name){.file = *file}, err);
}

static vv_status take_table(vv_subject *s, const char *table, vv_error *err)
{
	return table ? vv_subject_take_table(s, table, err) : VV_OK;
}

/* Text that is not a table is not an error here. */
static bool is_no_table(vv_status rc, const vv_subject *s)
{
	return rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND || rc == VV_ENOSUPPORT ||
	       (rc == VV_EUSAGE && s->no_table);
}

void vv_text_pair_clear(vv_text_pair *p)
{
	vv_subject_clear(&p->now);
	vv_subject_clear(&p->old);
	vv_free(p->file);
	p->file = NULL;
}

vv_status vv_change_count_texts(vv_change_counts *out, vv_text_pair *keep, vv_repository *r,
				vv_dataset_reader *reader, const char *path, vv_text_version old,
				vv_text_version now, uint64_t most, vv_error *err)
{
	vv_auto(vv_text_pair) own = {0};
	vv_text_pair *texts = keep ? keep : &own;
	vv_subject *a = &texts->old, *b = &texts->now;
	const vv_diff_item item = {
		.path = path, .a = a, .b = b, .old_name = path, .new_name = path};
	bool fits = false, same = false;
	vv_status rc;

	*out = (vv_change_counts){0};
	if ((rc = find_text(a, r, reader, path, old, most, &texts->file, &fits, err)) < 0 ||
	    !fits ||
	    (rc = find_text(b, r, reader, path, now, most, &texts->file, &fits, err)) < 0 ||
	    !fits || (rc = take_table(a, old.table, err)) < 0 ||
	    (rc = take_table(b, now.table, err)) < 0) {
		return is_no_table(rc, a) || is_no_table(rc, b) ? VV_OK : rc;
	}
	if ((rc = count_differences(out, &same, &item, vv_env_temp_dir(vv_repository_env(r)),
				    err)) == VV_OK &&
	    !out->counted) {
		vv_change_counts_clear(out);
	}
	if (rc == VV_OK && same) { /* both have as many rows */
		rc = vv_text_count_rows(&out->counted, &out->new_rows, &out->new_columns, r, reader,
					path, old, err);
		out->old_rows = out->new_rows;
		out->old_columns = out->new_columns;
	}
	return is_no_table(rc, a) || is_no_table(rc, b) ? VV_OK : rc;
}

vv_status vv_text_count_rows(bool *is, uint64_t *rows, uint64_t *columns, vv_repository *r,
			     vv_dataset_reader *reader, const char *path, vv_text_version at,
			     vv_error *err)
{
	vv_subject_options how = {.pool = vv_dataset_reader_pool(reader), .unpack = true};
	vv_auto(vv_subject) s = {0};
	vv_auto(vv_table) t = {0};
	vv_status rc;

	*is = false;
	if ((rc = find_blob(&s, r, reader, path, at, err)) == VV_OK) {
		s.known = at.known;
		rc = take_table(&s, at.table, err);
	}
	rc = rc < 0 ? rc : vv_subject_open(&s, &t, &how, err);
	if (rc == VV_EREFUSED && at.known) { /* it is kept with and without its key */
		how.find_key = true;
		vv_subject_forget(&s);
		rc = vv_subject_open(&s, &t, &how, err);
	}
	if (rc < 0) return is_no_table(rc, &s) && !(rc == VV_EREFUSED && at.known) ? VV_OK : rc;
	*is = t.root.kind == VV_KIND_TABLE;
	*rows = t.root.rows;
	*columns = t.columns;
	return VV_OK;
}

vv_status vv_change_count(vv_change_counts *out, vv_repository *r, const char *path,
			  const vv_cid *old, const vv_cid *now, vv_error *err)
{
	vv_auto(vv_table) a = {0}, b = {0};
	vv_status rc;

	*out = (vv_change_counts){0};
	if ((rc = vv_dataset_open_stored(&a, r, old, err)) < 0 ||
	    (rc = vv_dataset_open_stored(&b, r, now, err)) < 0) {
		return rc == VV_EMISSING ? VV_OK : rc;
	}
	if (a.root.kind == VV_KIND_TABLE && b.root.kind == VV_KIND_TABLE) {
		rc = vv_change_count_tables(out, path, &a, &b,
					    vv_env_temp_dir(vv_repository_env(r)), err);
	}
	return rc == VV_EMISSING ? VV_OK : rc;
}

void vv_change_counts_json(vv_json_out *w, const vv_change_counts *c)
{
	if (!c->counted) return;
	vv_json_put_members(w, {JSON_OBJECT("changes")}, {JSON_BOOL("many", c->many)});
	if (!c->many) {
		vv_json_put_members(w, {JSON_NUMBER("rowsAdded", c->added)},
				    {JSON_NUMBER("rowsRemoved", c->removed)},
				    {JSON_NUMBER("rowsChanged", c->changed)},
				    {JSON_NUMBER("keysChanged", c->rekeyed)},
				    {JSON_NUMBER("cellsChanged", c->cells)},
				    {JSON_NUMBER("rowsMoved", c->moved)},
				    {JSON_BOOL("reordered", c->reordered)});
	}
	vv_json_put_members(w, {JSON_NUMBER("columnsAdded", c->columns_added)},
			    {JSON_NUMBER("columnsRemoved", c->columns_removed)},
			    {JSON_NUMBER("columnsRenamed", c->columns_renamed)},
			    {JSON_NUMBER("columnsMoved", c->columns_moved)},
			    {JSON_NUMBER("columnsRetyped", c->columns_retyped)},
			    {JSON_TEXT("form", c->form)});
	vv_json_close_object(w);
}
