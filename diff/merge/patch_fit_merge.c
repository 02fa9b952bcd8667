/*
 * patch_fit_merge: a patch that changes columns, or how a file is written, on another version: what it makes of
 * the version that it was made from is merged with that.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/mem_sink.h"
#include "dataset/table/bytes_encoded.h"
#include "diff/merge/merge.h"
#include "diff/merge/patch_exact.h"
#include "diff/merge/patch_fit.h"

typedef struct merging {
	patch_job *job;
	bool report;
	vv_table base, theirs;
	bool base_open, theirs_open;
	vv_mem_sink *made; /* blocks of what the patch makes, and of the result */
	vv_sink blocks;    /* of all */
	vv_import_result result;
} merging;

static void merging_clear(merging *m)
{
	if (m->theirs_open) {
		vv_table_close(&m->theirs);
	}
	if (m->base_open) {
		vv_table_close(&m->base);
	}
	vv_import_result_clear(&m->result);
	vv_mem_sink_free(m->made);
}
VV_AUTO_CLEAR(merging, merging_clear)

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const merging *m = payload;
	const vv_table *tables[] = {&m->base, m->job->target};
	vv_sink made;
	vv_mem_sink_use(&made, m->made);
	vv_status rc = made.get(made.payload, cid, out, err);
	for (size_t i = 0; rc == VV_EMISSING && i < 2; i++) {
		rc = tables[i]->source.get(tables[i]->source.payload, cid, out, err);
	}
	return rc;
}

static vv_status put_block(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			   const vv_cid *base, vv_error *err)
{
	vv_sink made;
	vv_mem_sink_use(&made, ((merging *)payload)->made);
	return made.put(made.payload, cid, bytes, len, base, err);
}

/* The patch on the version that it was made from. */
static vv_status make_theirs(merging *m, vv_error *err)
{
	const patch_section *s = m->job->section;
	patch_job j = {.opts = m->job->opts,
		       .lines = m->job->lines,
		       .section = m->job->section,
		       .target = &m->base,
		       .keep = &m->blocks,
		       .done = m->job->done};
	vv_status rc = patch_exact_run(&j, err);
	if (rc < 0 || (rc = vv_table_open(&m->theirs, &m->blocks, &s->side[1].cid, err)) < 0) {
		return rc;
	}
	m->theirs_open = true;
	j.done.exact = false;
	m->job->done = j.done;
	return VV_OK;
}

static vv_status note_conflict(void *payload, const vv_conflict *c, vv_error *err)
{
	const merging *m = payload;
	vv_auto(vv_buf) row = VV_BUF_INIT;
	vv_status rc = VV_OK;
	if (!m->report) return VV_OK;
	if (c->key) {
		vv_buf_printf(&row, "row %s", c->key);
	} else if (c->row != UINT64_MAX) {
		vv_buf_printf(&row, "row %llu", (unsigned long long)c->row + 1);
	}
	const char *name = row.len > 0 ? vv_buf_cstr(&row) : NULL;
	if ((rc = vv_buf_ok(&row, err)) < 0) return rc;
	rc = c->base || c->ours
		     ? patch_misfit_cell(m->job, name, c->column, c->base, c->ours, err)
		     : patch_misfit_text(m->job, name, c->column, "a clean merge",
					 c->detail ? c->detail : "a change of the same row", err);
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

static vv_status give(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const patch_job *j = payload;
	return j->opts->put(j->opts->payload, j->done.path, bytes, len, err);
}

static vv_status give_result(merging *m, vv_error *err)
{
	const vv_bytes_options whole = {.old_fd = -1};
	vv_auto(vv_table) t = {0};
	if (m->job->opts->check) return VV_OK;
	vv_status rc = vv_table_open_stored(&t, &m->blocks, &m->result.cid, err);
	return rc < 0 ? rc : vv_table_file(&t, give, m->job, &whole, err);
}

vv_status patch_merge_run(patch_job *j, bool report, bool *merged, vv_error *err)
{
	const vv_patch_apply_options *o = j->opts;
	const patch_section *s = j->section;
	vv_auto(merging) m = {.job = j, .report = report};
	vv_merge_stats stats;
	vv_status rc;

	*merged = false;
	m.blocks = (vv_sink){.put = put_block, .get = get_block, .payload = &m};
	if (!o->base) return VV_OK;
	if ((rc = o->base(o->payload, &s->side[0].cid, &m.base, &m.base_open, err)) < 0 ||
	    !m.base_open) {
		return rc;
	}
	const vv_merge_options mo = {.key = j->target->root.key_count == 0 &&
							    m.base.root.key_count > 0
						    ? (const char *const *)m.base.root.key
						    : NULL,
				     .conflict = note_conflict,
				     .payload = &m,
				     .ours_id = "0",
				     .theirs_id = "1",
				     .temp_dir = o->temp_dir,
				     .pool = o->pool};
	if ((rc = vv_mem_sink_new(&m.made, NULL, o->temp_dir, err)) < 0 ||
	    (rc = make_theirs(&m, err)) < 0 ||
	    (rc = vv_merge_tables(&m.result, &stats, &m.base, j->target, &m.theirs, &m.blocks, &mo,
				  err)) < 0) {
		return rc;
	}
	if (stats.conflicts > 0 && report) {
		return vv_fail(err, VV_ECONFLICT, "the patch does not fit '%s'",
			       vv_text_shows(j->done.path));
	}
	if (stats.conflicts > 0) {
		j->done.rows_added = j->done.rows_removed = j->done.rows_changed =
			j->done.rows_moved = 0;
		return patch_section_again(j->lines, s, err);
	}
	*merged = true;
	return give_result(&m, err);
}
