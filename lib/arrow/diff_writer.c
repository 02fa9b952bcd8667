/*
 * diff_writer: when the arrays of a difference are written, and that a stream has one schema.
 */
#include "lib/arrow/diff_writer.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "lib/arrow/ipc.h"
#include "lib/arrow/row_changes.h"

typedef struct arrow_writer {
	vv_diff_writer base; /* first: the public part */
	vv_arrow_changes *changes;
	vv_arrow_ipc ipc;
	char *path; /* of the table */
	bool failed;
} arrow_writer;

static arrow_writer *arrow_writer_of(vv_diff_writer *w)
{
	return (arrow_writer *)(void *)w;
}

/* Does it write several streams, each after its name? */
static bool has_names(const vv_diff_writer *w)
{
	return w->kind == &vv_arrow_diff_sheets;
}

static vv_status begin_stream(arrow_writer *s, const vv_diff_table *t, vv_error *err)
{
	const vv_diff_writer_options *wo = &s->base.opts;
	const vv_arrow_changes_options o = {.cells = s->base.kind == &vv_arrow_diff_cells,
					    .how.numbers = wo->numbers,
					    .misfit = wo->misfit,
					    .commit = wo->commit,
					    .time = wo->commit_time,
					    .key = t->key,
					    .key_count = t->key_count};
	struct ArrowSchema schema;
	vv_status rc = vv_arrow_changes_open(&s->changes, t->a, t->b, t->columns, &o, err);

	if (rc < 0) return rc;
	if (!vv_arrow_changes_schema(s->changes, &schema)) return vv_fail_nomem(err);
	return vv_arrow_ipc_begin(&s->ipc, &schema, wo->write, wo->payload, err);
}

static vv_status arrow_begin_table(vv_diff_writer *w, vv_error *err)
{
	arrow_writer *s = arrow_writer_of(w);
	const vv_diff_table *t = &w->table;

	if (s->path && !has_names(w)) {
		return vv_fail(err, VV_EUSAGE,
			       "an Arrow stream has one table, but both '%s' and '%s' differ\nname "
			       "one of them",
			       vv_text_shows(s->path), vv_text_shows(t->path));
	}
	vv_status rc = has_names(w) ? vv_arrow_ipc_name(w->opts.write, w->opts.payload, t->path,
							true, err)
				    : VV_OK;

	vv_free(s->path);
	s->path = vv_strdup(t->path);
	if (rc < 0) return rc;
	return s->path ? begin_stream(s, t, err) : vv_fail_nomem(err);
}

static vv_status flush_changes(arrow_writer *s, vv_error *err)
{
	struct ArrowArray a;
	vv_status rc = vv_arrow_changes_take(s->changes, &a, err);

	if (rc == VV_OK && a.release) {
		rc = vv_arrow_ipc_put(&s->ipc, &a, err);
	}
	if (a.release) {
		a.release(&a);
	}
	return rc;
}

static vv_status arrow_row(vv_diff_writer *w, const vv_row_change *c, vv_error *err)
{
	arrow_writer *s = arrow_writer_of(w);
	vv_status rc;

	if (vv_diff_writer_is_over(w)) return VV_OK;
	if ((rc = vv_arrow_changes_put(s->changes, c, err)) == VV_OK &&
	    vv_arrow_changes_full(s->changes)) {
		rc = flush_changes(s, err);
	}
	s->failed = rc < 0;
	if (rc == VV_EINPUT) {
		vv_prefix(err, "%s", vv_text_shows(s->path));
		return vv_hint(
			err,
			"--misfit null writes null for such a value; --misfit text also writes its text, in the column _misfits");
	}
	return rc;
}

static vv_status arrow_end_table(vv_diff_writer *w, const vv_rowdiff_stats *stats VV_UNUSED,
				 vv_error *err)
{
	arrow_writer *s = arrow_writer_of(w);
	vv_status rc = flush_changes(s, err);

	if (rc < 0 || !has_names(w)) return rc;
	rc = vv_arrow_ipc_end(&s->ipc, err);
	vv_arrow_ipc_clear(&s->ipc);
	vv_arrow_changes_close(vv_take(&s->changes));
	return rc;
}

/* A failed stream has no end mark, by which readers notice it. */
static vv_status arrow_end(vv_diff_writer *w, vv_error *err)
{
	static const vv_diff_table none;
	arrow_writer *s = arrow_writer_of(w);
	vv_status rc = s->path || has_names(w) ? VV_OK : begin_stream(s, &none, err);

	return rc < 0 || s->failed || has_names(w) ? rc : vv_arrow_ipc_end(&s->ipc, err);
}

static void arrow_clear(vv_diff_writer *w)
{
	arrow_writer *s = arrow_writer_of(w);

	vv_arrow_changes_close(s->changes);
	vv_arrow_ipc_clear(&s->ipc);
	vv_free(s->path);
}

const vv_diff_writer_kind vv_arrow_diff_rows = {.name = "arrow",
						.size = sizeof(arrow_writer),
						.begin_table = arrow_begin_table,
						.row = arrow_row,
						.end_table = arrow_end_table,
						.end = arrow_end,
						.clear = arrow_clear,
						.binary = "an Arrow stream",
						.typed = true};
const vv_diff_writer_kind vv_arrow_diff_cells = {.name = "arrow-cells",
						 .size = sizeof(arrow_writer),
						 .begin_table = arrow_begin_table,
						 .row = arrow_row,
						 .end_table = arrow_end_table,
						 .end = arrow_end,
						 .clear = arrow_clear,
						 .only_needed = true,
						 .binary = "an Arrow stream",
						 .typed = true};
const vv_diff_writer_kind vv_arrow_diff_sheets = {.name = "xlsx",
						  .size = sizeof(arrow_writer),
						  .begin_table = arrow_begin_table,
						  .row = arrow_row,
						  .end_table = arrow_end_table,
						  .end = arrow_end,
						  .clear = arrow_clear,
						  .binary = "a workbook",
						  .workbook = true};
