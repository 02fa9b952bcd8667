/*
 * table_at: the text of a version in messages, and which failures mean that it is not a table.
 */
#include "lib/names/table_at.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/read/sniff.h"
#include "lib/names/long_rows.h"

void vv_table_at_close(vv_table_at *t)
{
	if (t->open) {
		vv_table_close(&t->table);
		vv_subject_clear(&t->subject);
	}
	vv_free(t->shown);
	memset(t, 0, sizeof(*t));
}

/* The text could not be opened, for the reason *err. If it has rows with more cells than its header names, opens it with
 * further columns. */
static vv_status open_long_rows(vv_table_at *out, vv_repository *r, vv_dataset_reader *s,
				const vv_version_name *name, const vv_subject_options *how,
				vv_error *err)
{
	const vv_subject *const versions[] = {&out->subject};
	vv_sniff_hints hints = how->hints ? *how->hints : (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	vv_subject_options wide = *how;
	vv_long_rows rows;
	vv_error why;
	vv_status rc = vv_long_rows_read(&rows, versions, 1, how->hints, &why);

	if (rc < 0) return vv_error_copy(err, &why);
	if (rows.columns == 0) return VV_EINPUT;
	hints.columns = rows.columns;
	wide.hints = &hints;
	wide.like = NULL; /* its rows may have fewer columns */
	wide.keep = false;
	vv_error_clear(err);
	vv_subject_clear(&out->subject);
	rc = vv_subject_find(&out->subject, r, s, name, err);
	rc = rc < 0 ? rc : vv_subject_open(&out->subject, &out->table, &wide, err);
	out->long_rows = rc == VV_OK;
	return rc;
}

vv_status vv_table_at_open(vv_table_at *out, vv_repository *r, vv_dataset_reader *s,
			   const vv_version_name *name, const vv_subject_options *how,
			   vv_error *err)
{
	vv_version_name n = *name;
	vv_status rc;

	if (n.path && n.commit && !n.shown) {
		out->shown = vv_asprintf("%s:%s", vv_oid_shows(n.commit), n.path);
		if (!out->shown) return vv_fail_nomem(err);
		n.shown = out->shown;
	}
	if ((rc = vv_subject_find(&out->subject, r, s, &n, err)) == VV_OK) {
		rc = vv_subject_open(&out->subject, &out->table, how, err);
	}
	if (rc == VV_EINPUT && how && how->long_rows && vv_subject_is_git_text(&out->subject)) {
		rc = open_long_rows(out, r, s, &n, how, err);
	}
	out->open = rc == VV_OK;
	if (rc < 0) {
		const bool none = rc == VV_ENOTFOUND || rc == VV_EINPUT || out->subject.no_table;

		vv_subject_clear(&out->subject);
		vv_table_at_close(out);
		out->none = none;
	}
	return rc;
}
