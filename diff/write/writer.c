/*
 * writer: what all forms have in common: output that is collected, and rows that are counted.
 */
#include "diff/write/writer.h"

#include "base/sys.h"
#include "diff/rows/row_change.h"

vv_status vv_diff_writer_open(vv_diff_writer **out, const vv_diff_writer_kind *kind,
			      const vv_diff_writer_options *opts, vv_error *err)
{
	vv_auto(vv_diff_writer) *w = vv_calloc(1, kind->size);

	*out = NULL;
	if (!w) return vv_fail_nomem(err);
	*w = (vv_diff_writer){.kind = kind, .opts = *opts};
	vv_status rc = kind->begin ? kind->begin(w, err) : VV_OK;
	return rc < 0 ? rc : vv_hand_over(out, &w);
}

void vv_diff_writer_close(vv_diff_writer *w)
{
	if (w && w->kind->clear) {
		w->kind->clear(w);
	}
	if (w) {
		vv_buf_clear(&w->out);
	}
	vv_free(w);
}

vv_status vv_diff_writer_flush(vv_diff_writer *w, size_t above, vv_error *err)
{
	vv_status rc = vv_buf_ok(&w->out, err);

	if (rc == VV_OK && w->out.len > above) {
		rc = w->opts.write(w->opts.payload, w->out.data, w->out.len, err);
		vv_buf_reset(&w->out);
	}
	return rc;
}

vv_status vv_diff_writer_begin_table(vv_diff_writer *w, const vv_diff_table *t, vv_error *err)
{
	w->table = *t;
	w->rows = 0;
	vv_status rc = w->kind->begin_table ? w->kind->begin_table(w, err) : VV_OK;
	return rc < 0 ? rc : vv_diff_writer_flush(w, VV_DIFF_FLUSH_AT, err);
}

vv_status vv_diff_writer_row(vv_diff_writer *w, const vv_row_change *c, vv_error *err)
{
	w->rows++;
	vv_status rc = w->kind->row ? w->kind->row(w, c, err) : VV_OK;
	return rc < 0 ? rc : vv_diff_writer_flush(w, VV_DIFF_FLUSH_AT, err);
}

/* Everything is passed on, so that the output stays in order with the caller's between tables. */
vv_status vv_diff_writer_end_table(vv_diff_writer *w, const vv_rowdiff_stats *stats, vv_error *err)
{
	vv_status rc = w->kind->end_table ? w->kind->end_table(w, stats, err) : VV_OK;

	return rc < 0 ? rc : vv_diff_writer_flush(w, 0, err);
}

vv_status vv_diff_writer_end(vv_diff_writer *w, vv_error *err)
{
	vv_status rc = w->kind->end ? w->kind->end(w, err) : VV_OK;

	return rc < 0 ? rc : vv_diff_writer_flush(w, 0, err);
}

bool vv_diff_writer_is_over(const vv_diff_writer *w)
{
	return w->opts.limit > 0 && w->rows > w->opts.limit;
}

uint64_t vv_diff_writer_left_out(const vv_diff_writer *w, const vv_rowdiff_stats *stats)
{
	/* of a table that is new or gone, not all rows need have been given */
	const uint64_t all = w->table.a && w->table.b ? w->rows : stats->added + stats->removed;
	const uint64_t shown = vv_diff_writer_is_over(w) ? w->opts.limit : w->rows;

	return all > shown ? all - shown : 0;
}
