/*
 * table_at: how a version of a path is named, and when it is none.
 */
#include "lib/names/table_at.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/schema/key_words.h"

void vv_table_at_close(vv_table_at *t)
{
	if (t->open) {
		vv_table_close(&t->table);
		vv_subject_clear(&t->subject);
	}
	vv_free(t->name);
	memset(t, 0, sizeof(*t));
}

vv_status vv_table_at_open(vv_table_at *out, vv_repository *r, vv_dataset_reader *s,
			   const vv_oid *commit, const char *path, const vv_subject_options *how,
			   vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (!(out->name = vv_asprintf("%s:%s", vv_oid_shows(commit), path))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_subject_find(&out->subject, r, s, out->name, err)) == VV_OK) {
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

void vv_key_words_put(vv_buf *out, const vv_cell *cells, const size_t *key, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_key_word_put(out, i, count, cells[key[i]].text, cells[key[i]].len);
	}
}
