/*
 * version_past: the version before a table without bytes, which is the same table with rows. Git
 * has no bytes for a table of NDJSON without rows: its columns, form and key are those of that
 * version.
 */
#include "lib/names/version_internal.h"

#include "base/file.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "lib/names/version.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index.h"

#define PAST_MAX 64u /* commits, one after the other, in which a table has no bytes */

static bool has_no_bytes(const vv_subject *s)
{
	vv_stat st;

	if (s->from != VV_FROM_WORK) return vv_oid_is_empty_blob(&s->blob);
	return !s->lfs && vv_lstat(&st, s->file, VV_IGNORED) == VV_OK && st.size == 0;
}

/* The version with bytes that the index has of a file, or else the newest one before a commit. *found: there is one. */
static vv_status find_past(vv_subject_way *w, const vv_subject *s, bool *found, vv_error *err)
{
	const vv_index *x;
	vv_index_entry e;
	vv_oid commit = s->commit;
	vv_status rc;

	if (s->from == VV_FROM_WORK) {
		if ((rc = vv_dataset_reader_index(s->reader, &x, err)) < 0) return rc;
		*found = vv_index_get(x, s->path, &e) && !vv_oid_is_empty_blob(&e.id);
		if (*found) {
			return vv_subject_find(&w->past, s->repo, s->reader,
					       &(vv_version_name){.path = s->path}, err);
		}
	}
	if (vv_oid_is_null(&commit) && vv_rev_commit(s->repo, "HEAD", &commit, VV_IGNORED) < 0) {
		return VV_OK;
	}
	for (unsigned back = 0; back < PAST_MAX; back++) {
		vv_auto(vv_tree_entry) at = {0};
		vv_auto(vv_commit) c = {0};

		rc = vv_tree_entry_at(s->repo, &commit, s->path, &at, err);
		if (rc < 0) return vv_missing_ok(rc, err);
		*found = !vv_oid_is_empty_blob(&at.id);
		if (*found) {
			return vv_subject_find(
				&w->past, s->repo, s->reader,
				&(vv_version_name){.path = s->path, .commit = &commit}, err);
		}
		if ((rc = vv_commit_read(s->repo, &commit, &c, err)) < 0 || c.parent_count == 0) {
			return rc;
		}
		commit = c.parents[0];
	}
	return VV_OK;
}

vv_status vv_subject_way_past(vv_subject_way *w, const vv_subject *s,
			      const vv_subject_options *opts, vv_error *err)
{
	const vv_subject_options how = {.find_key = opts->find_key, .writes = true};
	bool found = false;
	vv_error why;

	if (w->has_parent || !s->repo || !s->reader || !s->path || s->from == VV_FROM_CID ||
	    !has_no_bytes(s)) {
		return VV_OK;
	}
	vv_status rc = find_past(w, s, &found, &why);
	if (rc == VV_OK && found) {
		rc = vv_subject_open(&w->past, &w->parent, &how, &why);
		/* no bytes are no JSON */
		w->has_parent = rc == VV_OK && w->parent.root.kind == VV_KIND_TABLE &&
				!vv_form_is_document(w->parent.root.dialect.form);
	}
	w->has_past = w->has_parent;
	/* it cannot be read here, or is not a table: then this one has no columns */
	if (rc == VV_EMISSING || rc == VV_EINPUT || rc == VV_ENOSUPPORT) return VV_OK;
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}
