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
	vv_diff_writer_options opts;
	bool cells;
	bool named; /* several streams, each after its name */
	vv_arrow_changes *changes;
	vv_arrow_ipc ipc;
	char *path;     /* of the table */
	uint64_t given; /* rows */
	bool failed;
} arrow_writer;

static arrow_writer *self(vv_diff_writer *w)
{
	return (arrow_writer *)(void *)w;
}

static vv_status arrow_begin(vv_diff_writer *w VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

static vv_status begin_stream(arrow_writer *s, const vv_diff_table *t, vv_error *err)
{
	const vv_arrow_changes_options o = {.cells = s->cells,
					    .how.numbers = s->opts.numbers,
					    .misfit = s->opts.misfit,
					    .commit = s->opts.commit,
					    .time = s->opts.commit_time,
					    .key = t->key,
					    .key_count = t->key_count};
	struct ArrowSchema schema;
	vv_status rc = vv_arrow_changes_open(&s->changes, t->a, t->b, t->columns, &o, err);

	if (rc < 0) return rc;
	if (!vv_arrow_changes_schema(s->changes, &schema)) return vv_fail_nomem(err);
	return vv_arrow_ipc_begin(&s->ipc, &schema, s->opts.write, s->opts.payload, err);
}

static vv_status arrow_begin_table(vv_diff_writer *w, const vv_diff_table *t, vv_error *err)
{
	arrow_writer *s = self(w);

	if (s->path && !s->named) {
		return vv_fail(err, VV_EUSAGE,
			       "an Arrow stream has one table, but both '%s' and '%s' differ\nname "
			       "one of them",
			       vv_text_shows(s->path), vv_text_shows(t->path));
	}
	vv_status rc = s->named ? vv_arrow_ipc_name(s->opts.write, s->opts.payload, t->path, true,
						    err)
				: VV_OK;

	vv_free(s->path);
	s->path = vv_strdup(t->path);
	s->given = 0;
	return rc < 0 ? rc : s->path ? begin_stream(s, t, err) : vv_fail_nomem(err);
}

static vv_status flush(arrow_writer *s, vv_error *err)
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
	arrow_writer *s = self(w);
	vv_status rc;

	if (s->opts.limit > 0 && s->given >= s->opts.limit) return VV_OK;
	s->given++;
	if ((rc = vv_arrow_changes_put(s->changes, c, err)) == VV_OK &&
	    vv_arrow_changes_full(s->changes)) {
		rc = flush(s, err);
	}
	s->failed = rc < 0;
	if (rc == VV_EINPUT) {
		vv_prefix(err, "%s", vv_text_shows(s->path));
		return vv_hint(
			err,
			"--misfit null writes null in its place, --misfit text also adds its text");
	}
	return rc;
}

static vv_status arrow_end_table(vv_diff_writer *w, const vv_rowdiff_stats *stats VV_UNUSED,
				 vv_error *err)
{
	arrow_writer *s = self(w);
	vv_status rc = flush(s, err);

	if (rc < 0 || !s->named) return rc;
	rc = vv_arrow_ipc_end(&s->ipc, err);
	vv_arrow_ipc_clear(&s->ipc);
	vv_arrow_changes_close(vv_take(&s->changes));
	return rc;
}

/* A failed stream has no end mark, by which readers notice it. */
static vv_status arrow_end(vv_diff_writer *w, vv_error *err)
{
	static const vv_diff_table none;
	arrow_writer *s = self(w);
	vv_status rc = s->path || s->named ? VV_OK : begin_stream(s, &none, err);

	return rc < 0 || s->failed || s->named ? rc : vv_arrow_ipc_end(&s->ipc, err);
}

static void arrow_close(vv_diff_writer *w)
{
	arrow_writer *s = self(w);

	vv_arrow_changes_close(s->changes);
	vv_arrow_ipc_clear(&s->ipc);
	vv_free_all(s->path, s);
}

static vv_status open_writer(vv_diff_writer **out, const vv_diff_writer_options *opts, bool cells,
			     bool named, vv_error *err)
{
	arrow_writer *s = vv_calloc(1, sizeof(*s));

	if (!s) return vv_fail_nomem(err);
	*s = (arrow_writer){.base = {.begin = arrow_begin,
				     .begin_table = arrow_begin_table,
				     .row = arrow_row,
				     .end_table = arrow_end_table,
				     .end = arrow_end,
				     .close = arrow_close,
				     .only_needed = cells},
			    .opts = *opts,
			    .cells = cells,
			    .named = named};
	*out = &s->base;
	return VV_OK;
}

static vv_status open_rows(vv_diff_writer **out, const vv_diff_writer_options *opts, vv_error *err)
{
	return open_writer(out, opts, false, false, err);
}

static vv_status open_cells(vv_diff_writer **out, const vv_diff_writer_options *opts, vv_error *err)
{
	return open_writer(out, opts, true, false, err);
}

static vv_status open_sheets(vv_diff_writer **out, const vv_diff_writer_options *opts,
			     vv_error *err)
{
	return open_writer(out, opts, false, true, err);
}

const vv_diff_writer_kind vv_arrow_diff_rows = {.name = "arrow",
						.open = open_rows,
						.binary = "an Arrow stream",
						.typed = true};
const vv_diff_writer_kind vv_arrow_diff_cells = {.name = "arrow-cells",
						 .open = open_cells,
						 .binary = "an Arrow stream",
						 .typed = true};
const vv_diff_writer_kind vv_arrow_diff_sheets = {.name = "xlsx",
						  .open = open_sheets,
						  .binary = "a workbook",
						  .workbook = true};
