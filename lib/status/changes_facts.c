/*
 * changes_facts: the numbers that can be had cheaply: from pointers, roots and list
 * nodes, never from groups.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/mem_sink.h"
#include "lib/status/change_count.h"
#include "lib/status/changes_internal.h"
#include "lib/tables/dataset_import.h"
#include "lib/view/table_diff.h"
#include "lib/worktree/added_blocks.h"
#include "repo/git/index/attributes.h"

/* Above this a text in the work tree is not read for its number of rows before it is staged: git reads neither. */
#define UNSTAGED_MAX ((uint64_t)1 << 19)

static vv_status read_pointer(vv_pointer *out, vv_arena *arena, const vv_oid *id, uint32_t mode,
			      vv_dataset_reader *s, vv_error *err)
{
	memset(out, 0, sizeof(*out));
	if (mode == 0) return VV_OK;
	/* The other side may be plain text: then there is nothing to compare with. */
	vv_status rc = vv_dataset_reader_pointer(s, id, arena, out, err);
	return rc == VV_EINPUT || rc == VV_EREFUSED ? VV_OK : rc;
}

/* How many groups and bytes the staged version added. */
static vv_status count_groups(vv_change_facts *f, vv_repository *r, const vv_pointer *before,
			      const vv_pointer *now, vv_error *err)
{
	vv_store *store = NULL;
	vv_auto(vv_table) table = {0};
	vv_growth growth;
	vv_status rc;

	if ((rc = vv_repository_store(r, &store, err)) < 0 ||
	    (rc = vv_dataset_open_stored(&table, r, &now->root, err)) < 0 ||
	    (rc = vv_table_groups(&table, &f->groups, err)) < 0 ||
	    (rc = vv_growth_count(&growth, store, &before->root, &now->root, err)) < 0) {
		return rc == VV_EMISSING ? VV_OK : rc;
	}
	f->known = true;
	f->stored = growth.stored;
	f->groups_new = growth.leaves < f->groups ? growth.leaves : f->groups;
	return VV_OK;
}

static bool is_table(const vv_pointer *p)
{
	return p->kind && strcmp(p->kind, "table") == 0;
}

static void take_pointers(vv_change_facts *f, const vv_pointer *before, const vv_pointer *is)
{
	f->rows_before = before->rows;
	f->rows = is->rows;
	f->columns = is->column_count;
	f->bytes = is->bytes;
}

vv_status vv_change_staged_facts(vv_change_entry *e, vv_repository *r, vv_dataset_reader *s,
				 bool groups, vv_error *err)
{
	vv_change_facts *f = &e->staged_facts;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer before, now;
	vv_status rc;

	if ((rc = read_pointer(&before, &arena, &e->head_id, e->head_mode, s, err)) < 0 ||
	    (rc = read_pointer(&now, &arena, &e->index_id, e->index_mode, s, err)) < 0) {
		return rc;
	}
	e->table = is_table(&now) || (!now.kind && is_table(&before));
	take_pointers(f, &before, e->index_mode == 0 ? &before : &now); /* removed: the former */
	if (is_table(&before) && is_table(&now)) {
		rc = vv_change_count(&f->counts, r, e->path, &before.root, &now.root, err);
	}
	return rc == VV_OK && groups && now.kind ? count_groups(f, r, &before, &now, err) : rc;
}

vv_status vv_change_other_pointer(vv_change_entry *e, const vv_index_entry *index,
				  const vv_dataset_found *found, vv_repository *r,
				  vv_dataset_reader *s, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer before, now;
	vv_status rc;

	if ((rc = read_pointer(&before, &arena, &index->id, index->mode, s, err)) < 0 ||
	    (rc = vv_pointer_read(&now, &arena, vv_buf_cstr(&found->pointer), found->pointer.len,
				  err)) < 0) {
		return rc;
	}
	e->table = is_table(&now);
	take_pointers(&e->work_facts, &before, &now);
	return e->table && is_table(&before) ? vv_change_count(&e->work_facts.counts, r, e->path,
							       &before.root, &now.root, err)
					     : VV_OK;
}

/* The version that a dry import found against the one in the index, read from the blocks that
 * were kept. Where some were dropped there is too much to count. */
static vv_status count_work(vv_change_entry *e, const vv_dataset_found *staged, vv_mem_sink *blocks,
			    const char *temp_dir, vv_error *err)
{
	vv_change_counts *counts = &e->work_facts.counts;
	vv_sink sink;
	vv_auto(vv_table) a = {0}, b = {0};
	vv_status rc;

	vv_mem_sink_use(&sink, blocks);
	if ((rc = vv_table_open_stored(&a, &sink, &staged->parent, err)) < 0) {
		return rc == VV_EMISSING ? VV_OK : rc;
	}
	if ((rc = vv_table_open_stored(&b, &sink, &staged->result.cid, err)) == VV_OK) {
		rc = vv_change_count_tables(counts, e->path, &a, &b, temp_dir, err);
	}
	if ((rc == VV_EMISSING || (rc == VV_OK && !counts->counted)) && vv_mem_sink_full(blocks)) {
		vv_change_counts_clear(counts);
		counts->counted = counts->many = true;
		counts->old_rows = staged->parent_root.rows;
		counts->new_rows = staged->result.root.rows;
	}
	return rc == VV_EMISSING ? VV_OK : rc;
}

vv_status vv_change_work_facts(vv_change_entry *e, const vv_dataset_found *staged,
			       vv_mem_sink *blocks, const char *temp_dir, vv_error *err)
{
	vv_change_facts *f = &e->work_facts;
	const vv_root *now = &staged->result.root, *before = &staged->parent_root;
	vv_auto(vv_buf) form = VV_BUF_INIT;
	bool same;
	vv_status rc;

	if (vv_cid_is_null(&staged->result.cid)) return VV_OK;
	e->table = now->kind == VV_KIND_TABLE;
	*f = (vv_change_facts){.known = true,
			       .groups = staged->result.groups,
			       .groups_new = staged->result.groups_new,
			       .rows = now->rows,
			       .rows_before = before->rows,
			       .bytes = vv_root_file_bytes(now)};
	if (!e->table || vv_cid_is_null(&staged->parent) || before->kind != VV_KIND_TABLE) {
		return VV_OK;
	}
	if ((rc = vv_root_same_columns(&same, before, now, err)) < 0) return rc;
	if (same && vv_buf_equal(&now->data, &before->data)) {
		vv_dialect_describe_change(&form, &before->dialect, &now->dialect, true);
		if ((rc = vv_buf_ok(&form, err)) == VV_OK && form.len > 0 &&
		    !(f->form = vv_buf_detach(&form))) {
			rc = vv_fail_nomem(err);
		}
	}
	return rc == VV_OK && !f->form ? count_work(e, staged, blocks, temp_dir, err) : rc;
}

void vv_change_facts_put(vv_buf *out, const vv_change_entry *e, const vv_change_facts *f)
{
	if (f->counts.counted) {
		vv_change_counts_put(out, &f->counts);
	} else if (e->table && f->rows != f->rows_before && f->rows_before > 0) {
		/* blocks are missing here: only the pointers' facts */
		vv_buf_printf(out, "%s", vv_text_count(f->rows_before));
		vv_buf_printf(out, " -> %s", vv_text_counted(f->rows, "row", NULL));
	} else if (e->table && f->columns > 0) {
		vv_buf_printf(out, "%s row%s, ", vv_text_count(f->rows), f->rows == 1 ? "" : "s");
		vv_buf_printf(out, "%s column%s", vv_text_count(f->columns),
			      f->columns == 1 ? "" : "s");
	} else if (e->table) {
		vv_buf_printf(out, "%s row%s", vv_text_count(f->rows), f->rows == 1 ? "" : "s");
	} else if (f->bytes > 0) {
		vv_buf_puts(out, vv_text_bytes(f->bytes));
	}
}

vv_status vv_change_pointer_only(vv_change_entry *e, const vv_oid *index_blob, vv_repository *r,
				 vv_dataset_reader *s, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer pointer;
	vv_store *store = NULL;
	vv_status rc;

	e->pointer_only = true;
	if ((rc = vv_dataset_reader_pointer(s, index_blob, &arena, &pointer, err)) == VV_OK &&
	    (rc = vv_repository_store(r, &store, err)) == VV_OK) {
		e->table = strcmp(pointer.kind, "table") == 0;
		e->root = pointer.root;
		e->blocks_here = vv_store_has(store, &pointer.root);
	}
	return rc;
}

vv_status vv_change_text_facts(vv_change_entry *e, bool work, vv_repository *r,
			       vv_dataset_reader *s, vv_error *err)
{
	vv_change_facts *f = work ? &e->work_facts : &e->staged_facts;
	bool compared = false;
	vv_status rc;

	if (!vv_diff_is_table_name(e->path, true) || !S_ISREG(e->index_mode) ||
	    !S_ISREG(work ? e->index_mode : e->head_mode) ||
	    (rc = vv_attr_can_be_read(r, e->path, NULL)) < 0) {
		return VV_OK;
	}
	if ((rc = vv_attr_compared(r, e->path, &compared, err)) < 0 || !compared) return rc;
	rc = vv_change_count_texts(&f->counts, NULL, r, s, e->path,
				   (vv_text_version){.blob = work ? &e->index_id : &e->head_id},
				   (vv_text_version){.blob = work ? NULL : &e->index_id},
				   work ? UNSTAGED_MAX : VV_COUNT_TEXT_MAX, err);
	if (rc == VV_OK && f->counts.counted) {
		e->table = true;
		f->rows_before = f->counts.old_rows;
		f->rows = f->counts.new_rows;
	}
	return rc;
}

vv_status vv_change_problem(vv_change_entry *e, const vv_error *why, vv_error *err)
{
	return vv_text_set(&e->work_facts.problem, why->message, err);
}
