/*
 * patch_fit_merge: which tables a patch is merged from, and how a conflict is reported as a misfit.
 */
#include <string.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "diff/merge/merge.h"
#include "diff/merge/patch_exact.h"
#include "diff/merge/patch_fit.h"
#include "diff/merge/wanted_rows.h"
#include "diff/rows/rowdiff.h"

void patch_merge_clear(patch_merge *m)
{
	vv_table_close(&m->theirs);
	vv_table_close(&m->base);
	vv_import_result_clear(&m->result);
	vv_mem_sink_free(m->made);
}

/* A block of the target or of the base. */
static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const patch_merge *m = payload;
	const vv_sink *target = &m->job->target->source, *base = &m->base.source;
	vv_status rc = target->get(target->payload, cid, out, err);
	return rc == VV_EMISSING && !m->part ? base->get(base->payload, cid, out, err) : rc;
}

vv_status patch_merge_open(patch_merge *m, patch_job *j, vv_error *err)
{
	*m = (patch_merge){.job = j};
	const vv_sink below = {.get = get_block, .payload = m};
	vv_status rc = vv_mem_sink_over(&m->made, &below, j->opts->temp_dir, err);
	if (rc < 0) return rc;
	vv_mem_sink_use(&m->blocks, m->made);
	m->blocks.passing = false;
	return VV_OK;
}

vv_status patch_merge_whole(patch_merge *m, vv_error *err)
{
	const patch_section *s = m->job->section;
	const vv_patch_apply_options *o = m->job->opts;
	patch_job j = *m->job;
	vv_status rc;

	if (!o->base) return VV_OK;
	if ((rc = o->base(o->payload, &s->side[0].cid, &m->base, &m->base_open, err)) < 0 ||
	    !m->base_open) {
		return rc;
	}
	if (m->job->target->root.key_count == 0 && m->base.root.key_count > 0) {
		m->key = (const char **)m->base.root.key;
	}
	j.target = &m->base;
	j.keep = &m->blocks;
	if ((rc = patch_exact_run(&j, err)) < 0 ||
	    (rc = vv_table_open(&m->theirs, &m->blocks, &s->side[1].cid, err)) < 0) {
		return rc;
	}
	m->job->done.rows_moved = j.done.rows_moved;
	return VV_OK;
}

vv_hash128 patch_merge_key_hash(const vv_buf *text)
{
	return vv_xxh3_128(vv_buf_cstr(text), text->len, 0);
}

/* "row id=5", "row 17"; nothing for a conflict not about one row. */
static vv_status name_row(const patch_merge *m, const vv_conflict *c, vv_buf *out, vv_error *err)
{
	const vv_root *root = m->base.root.key_count > 0 ? &m->base.root : &m->job->target->root;
	const char *const *names = m->key ? m->key : (const char *const *)root->key;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *key;
	vv_status rc;

	if (!c->key && c->row != UINT64_MAX) {
		vv_buf_printf(out, "row %llu", (unsigned long long)c->row + 1);
	}
	if (!c->key) return vv_buf_ok(out, err);
	if ((rc = vv_json_read(&key, &arena, c->key, strlen(c->key), "", err)) < 0) return rc;
	for (const vv_json *v = key->first; v && names && *names; v = v->next, names++) {
		vv_buf_puts(out, v == key->first ? "row " : ", ");
		vv_text_put_words(out, *names, strlen(*names), 40);
		vv_buf_putc(out, '=');
		vv_text_put_cut(out, v->text ? v->text : "", v->text ? v->text_len : 0, 60);
	}
	return vv_buf_ok(out, err);
}

static vv_status note_conflict(void *payload, const vv_conflict *c, vv_error *err)
{
	const patch_merge *m = payload;
	vv_auto(vv_buf) row = VV_BUF_INIT;
	vv_status rc = name_row(m, c, &row, err);

	if (rc < 0) return rc;
	const char *name = row.len > 0 ? vv_buf_cstr(&row) : NULL;
	const vv_cell *expected = c->kind == VV_CONFLICT_ROW_ADDED ? c->theirs : c->base;
	if (c->kind == VV_CONFLICT_ROW_REMOVED) {
		const bool gone = c->row == UINT64_MAX;
		rc = patch_misfit_text(m->job, name, NULL,
				       gone ? "the row" : "the row that the patch removes",
				       gone ? NULL : "another", err);
	} else if (expected || c->ours) {
		rc = patch_misfit_cell(m->job, name, c->column, expected, c->ours, err);
	} else {
		rc = patch_misfit_text(m->job, name, c->column, "a clean merge",
				       c->detail ? c->detail : "a change of the same row", err);
	}
	if (rc != VV_ECONFLICT || !m->conflicts || !c->key) return rc == VV_ECONFLICT ? VV_OK : rc;
	vv_buf_set(&row, c->key, strlen(c->key));
	return wanted_rows_want(m->conflicts, patch_merge_key_hash(&row), err);
}

vv_status patch_merge_run(patch_merge *m, vv_error *err)
{
	const vv_patch_apply_options *o = m->job->opts;
	vv_merge_options mo = {.key = m->key,
			       .part = m->part,
			       .one_row = true,
			       .conflict = note_conflict,
			       .payload = m,
			       .ours_id = "0",
			       .theirs_id = "1",
			       .temp_dir = o->temp_dir,
			       .pool = o->pool};

	if (o->cache) {
		mo.cache = o->cache(o->payload, &m->job->target->cid, &mo.secret);
	}
	vv_import_result_clear(&m->result);
	vv_status rc = vv_merge_tables(&m->result, &m->stats, &m->base, m->job->target, &m->theirs,
				       &m->blocks, &mo, err);
	return rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND
		       ? vv_prefix(err, "%s", vv_text_shows(m->job->done.path))
		       : rc;
}

vv_status patch_merge_give(patch_merge *m, vv_error *err)
{
	const vv_bytes_options whole = {.old_fd = -1};
	const vv_merge_stats *s = &m->stats;
	vv_patch_done *d = &m->job->done;
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_table_open_stored(&t, &m->blocks, &m->result.cid, err);

	if (rc < 0) return rc;
	d->already = vv_tables_same_data(&t, m->job->target) &&
		     t.root.bytes == m->job->target->root.bytes &&
		     vv_dialect_equal(&t.root.dialect, &m->job->target->root.dialect);
	d->rows_added = s->rows_from_theirs;
	d->rows_removed = s->rows_removed_by_theirs;
	d->rows_changed = s->rows_changed_by_theirs;
	return m->job->opts->check ? VV_OK : vv_table_file(&t, patch_give, m->job, &whole, err);
}
