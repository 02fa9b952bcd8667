/*
 * table_at: the text of a version in messages, and which failures mean that it is not a table.
 */
#include "lib/names/table_at.h"

#include <string.h>

#include "base/sys.h"

void vv_table_at_close(vv_table_at *t)
{
	if (t->open) {
		vv_table_close(&t->table);
		vv_subject_clear(&t->subject);
	}
	vv_free(t->shown);
	memset(t, 0, sizeof(*t));
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
	out->open = rc == VV_OK;
	if (rc < 0) {
		const bool none = rc == VV_ENOTFOUND || rc == VV_EINPUT || out->subject.no_table;

		vv_subject_clear(&out->subject);
		vv_table_at_close(out);
		out->none = none;
	}
	return rc;
}
