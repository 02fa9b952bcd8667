/*
 * lost_tables: asks the index, since that is what the user sees: a branch that is pushed from elsewhere is
 * looked at when it is checked out.
 */
#include "lib/status/lost_tables.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/hint.h"
#include "base/text.h"
#include "lib/view/table_diff.h"
#include "repo/git/blob.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/pointer.h"

#define TOLD_MAX 8u

bool vv_lost_table_may_be(const char *path, const vv_attr_list *lines)
{
	return vv_diff_is_table_name(path, true) || vv_attr_list_names_like(lines, path);
}

static vv_status is_lost(bool *out, vv_repository *r, const vv_attr_list *lines,
			 const vv_index_entry *e, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_pointer p;
	uint64_t size;
	vv_status rc;

	*out = false;
	if (e->stage != 0 || !S_ISREG(e->mode) || vv_attr_list_concerns(lines, e->path) ||
	    !vv_lost_table_may_be(e->path, lines) ||
	    vv_blob_size(r, &e->id, &size, VV_IGNORED) < 0 || size > VV_POINTER_MAX) {
		return VV_OK;
	}
	if ((rc = vv_blob_read(r, &e->id, VV_POINTER_MAX, &text, err)) == VV_OK &&
	    vv_pointer_looks_like(text.data, text.len)) {
		*out = vv_pointer_read(&p, &arena, text.data, text.len, VV_IGNORED) == VV_OK;
	}
	return rc;
}

vv_status vv_lost_tables_warn(vv_repository *r, const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(vv_index) *x = NULL;
	size_t told = 0;
	vv_status rc;

	if (!vv_repository_workdir(r)) return VV_OK;
	if ((rc = vv_index_open(&x, r, err)) < 0 || (rc = vv_attr_list_read(&lines, r, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < vv_index_count(x) && told < TOLD_MAX && rc == VV_OK; i++) {
		vv_index_entry e;
		bool lost;

		vv_index_at(x, i, &e);
		if ((rc = is_lost(&lost, r, &lines, &e, err)) == VV_OK && lost) {
			told++;
			vv_notes_warn(notes,
				      "%s: a table that no line of .gitattributes tracks: "
				      "in clones git writes its pointer instead",
				      vv_text_shows(e.path));
			vv_notes_hint(notes, VV_HINT_TRACK, e.path);
		}
	}
	return rc;
}
