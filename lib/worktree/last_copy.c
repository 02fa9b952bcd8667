/*
 * last_copy: when a file is stored again under the name that a pointer has for it.
 */
#include "lib/worktree/last_copy.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/damaged_pointer.h"
#include "lib/tables/dataset_import.h"
#include "repo/blocks/reach.h"
#include "repo/known/incomplete.h"

#define LOCK_WAIT_MS 60000u

typedef struct last_copy {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_store *store;
	vv_writer *w; /* while the file is read */
	const char *path;
	const vv_pointer *p;
} last_copy;

static vv_status open_sink(void *payload, vv_sink *out, vv_error *err)
{
	last_copy *l = payload;
	vv_status rc = vv_writer_open(&l->w, l->store, LOCK_WAIT_MS, err);

	if (rc == VV_OK) {
		vv_sink_writer(out, l->w);
	}
	return rc;
}

/* Imports the file, and stores it if it is the version. */
static vv_status store_again(last_copy *l, bool *same, vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	const vv_dataset_target to = {open_sink, l};
	vv_auto(vv_dataset_found) found = {0};
	bool pointer = false;
	vv_error why;

	opts.parent = l->p;
	vv_status rc = vv_dataset_reader_import_file(l->reader, l->path, &opts, &to, &found,
						     &pointer, &why);
	*same = rc == VV_OK && !pointer && vv_cid_equal(&found.result.cid, &l->p->root);
	if (rc < 0) {
		*err = why;
		/* The import fails for an edited file, or for types from a version that is missing
		 * here. */
		rc = rc == VV_EINPUT || rc == VV_EUSAGE || rc == VV_EREFUSED ? VV_OK : rc;
	}
	if (*same) {
		rc = vv_writer_commit(l->w, err);
	}
	vv_writer_close(l->w);
	l->w = NULL;
	return rc;
}

static vv_status store_file(last_copy *l, const vv_index_entry *e, vv_error *err)
{
	vv_work_state state;
	bool same = false;
	vv_status rc = VV_OK;

	if (!vv_work_has_data(l->repo, l->path)) return VV_OK;
	/* Before the file is read: then its stat is known. */
	bool clean = vv_dataset_reader_work_state(l->reader, l->path, &e->id, e, &state, NULL,
						  VV_IGNORED) == VV_OK &&
		     state == VV_WORK_SAME;
	if ((rc = store_again(l, &same, err)) < 0) {
		vv_prefix(err,
			  "%s: its blocks are missing here, and the file could not be stored "
			  "again",
			  vv_text_shows(l->path));
	} else if (same) {
		vv_notes_put(vv_repository_notes(l->repo),
			     "%s: the missing blocks of its version were restored from the file",
			     vv_text_shows(l->path));
	} else if (clean) {
		vv_fail(err, VV_EREFUSED,
			"%s: the blocks of its version are missing here, so the file may be the "
			"last copy and was not replaced",
			vv_text_shows(l->path));
		rc = vv_hint_code(err, VV_HINT_LAST_COPY, l->path);
	}
	return rc;
}

/* git takes a marked file for unchanged, and would replace its edits. */
static vv_status check_hidden(const last_copy *l, vv_index *x, const vv_index_entry *e,
			      bool dataset, vv_error *err)
{
	vv_work_state state = VV_WORK_MODIFIED;
	vv_file_state plain;
	bool edited;
	vv_status rc;

	if (!e->hidden || !vv_work_has_data(l->repo, l->path)) return VV_OK;
	if (dataset) {
		/* an edited file may be no table */
		rc = vv_dataset_reader_work_state(l->reader, l->path, &e->id, e, &state, NULL,
						  VV_IGNORED);
		edited = rc < 0 || state == VV_WORK_MODIFIED;
	} else {
		rc = vv_index_file_state(x, e, &plain, err);
		if (rc < 0) return rc;
		edited = plain == VV_FILE_MODIFIED;
	}
	if (!edited) return VV_OK;
	(void)vv_fail(err, VV_EREFUSED,
		      "'%s' is marked skip-worktree or assume-unchanged, and was edited: the edit "
		      "would be lost",
		      vv_text_shows(l->path));
	return vv_hint(
		err,
		"'git update-index --no-skip-worktree --no-assume-unchanged %s' removes these marks",
		vv_text_word(l->path));
}

vv_status vv_last_copy_keep(vv_repository *r, vv_dataset_reader *reader, vv_index *x,
			    const char *path, vv_error *err)
{
	last_copy l = {.repo = r, .reader = reader, .path = path};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_index_entry e;
	vv_pointer p;
	bool dataset = false, complete = false, doubtful = false;
	vv_status rc;

	if (!vv_index_get(x, path, &e) || !S_ISREG(e.mode)) return VV_OK;
	e.path = path;
	if ((rc = vv_dataset_reader_find_pointer(reader, &e.id, &arena, &p, &dataset, err)) < 0 ||
	    (rc = check_hidden(&l, x, &e, dataset, err)) < 0 || !dataset ||
	    (rc = vv_repository_store(r, &l.store, err)) < 0 ||
	    (rc = vv_repository_incomplete(r, &doubtful, err)) < 0) {
		return rc;
	}
	/* Whole versions come into a store: all below is looked for only where some is known to lack. */
	complete = !doubtful && vv_store_has(l.store, &p.root);
	if (!complete && (rc = vv_store_complete(l.store, &p.root, &complete, NULL, err)) < 0) {
		return rc;
	}
	if (!complete) {
		l.p = &p;
		rc = store_file(&l, &e, err);
	}
	return rc;
}
