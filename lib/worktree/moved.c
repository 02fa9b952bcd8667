/*
 * moved: which lines follow, and which files go back.
 */
#include "lib/worktree/moved.h"

#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/worktree/add.h"
#include "lib/worktree/attributes_edit.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"

void vv_moves_put(vv_buf *moves, const char *from, const char *to)
{
	vv_buf_put(moves, from, strlen(from) + 1);
	vv_buf_put(moves, to, strlen(to) + 1);
}

/* The next move; *at begins with 0. */
static bool next_move(const vv_buf *moves, size_t *at, const char **from, const char **to)
{
	if (*at >= moves->len) return false;
	*from = moves->data + *at;
	*to = *from + strlen(*from) + 1;
	if (*to >= moves->data + moves->len) return false; /* damaged */
	*at = (size_t)(*to + strlen(*to) + 1 - moves->data);
	return true;
}

/* The part of path after folder, "" if it is folder; NULL: it is not in folder. */
static const char *rest_of(const char *path, const char *folder)
{
	const size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/') ? path + n
										    : NULL;
}

typedef struct finishing {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_index *index;
	vv_attr_rename *renames; /* names owned */
	size_t count, cap;
} finishing;

static void finishing_clear(finishing *f)
{
	vv_array_clear(f->renames, f->count, it,
		       vv_free_all((char *)(uintptr_t)it->from, (char *)(uintptr_t)it->to));
	vv_index_close(f->index);
}
VV_AUTO_CLEAR(finishing, finishing_clear)

/* A table, or text in Git that varve compares, has a line, or may have one. */
static vv_status add_entry(finishing *f, const vv_index_entry *e, const char *from, vv_error *err)
{
	bool dataset = false, compared = false, holds = false;
	vv_status rc;

	if (!S_ISREG(e->mode)) return VV_OK;
	if ((rc = vv_oid_is_empty_blob(&e->id)
			  ? vv_attr_tracked(f->repo, from, &dataset, err)
			  : vv_dataset_reader_is_pointer(f->reader, &e->id, &dataset, err)) < 0 ||
	    (!dataset && (rc = vv_attr_compared(f->repo, from, &compared, err)) < 0) ||
	    (!dataset && !compared)) {
		return rc;
	}
	rc = dataset ? vv_attr_tracked(f->repo, e->path, &holds, err)
		     : vv_attr_compared(f->repo, e->path, &holds, err);
	if (rc < 0) return rc;
	/* on a case-insensitive system the removed line matches the new name */
	holds = holds && !vv_ascii_equal(from, e->path);
	const vv_attr_rename n = {.line = holds     ? VV_ATTR_NO_LINE
					  : dataset ? VV_ATTR_FILTER_LINE
						    : VV_ATTR_TEXT_LINE,
				  .from = vv_strdup(from),
				  .to = vv_strdup(e->path)};
	if (!n.from || !n.to || !vv_array_add(f->renames, f->count, f->cap, n)) {
		vv_free_all((char *)(uintptr_t)n.from, (char *)(uintptr_t)n.to);
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status collect_entries(finishing *f, const char *from, const char *to, vv_error *err)
{
	vv_status rc = VV_OK;

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(f->index, &e);) {
		const char *rest = rest_of(e.path, to);

		if (rest && e.stage == 0) {
			vv_auto(char) *old = vv_asprintf("%s%s", from, rest);

			rc = old ? add_entry(f, &e, old, err) : vv_fail_nomem(err);
		}
	}
	return rc;
}

static bool has_any(const vv_index *x, const char *folder)
{
	bool any = false;

	for (vv_index_entry e = {0}; !any && vv_index_next(x, &e);) {
		any = rest_of(e.path, folder) != NULL;
	}
	return any;
}

vv_status vv_moved_finish(vv_repository *r, vv_dataset_reader *reader, const vv_buf *moves,
			  bool again, vv_error *err)
{
	vv_auto(finishing) f = {.repo = r, .reader = reader};
	vv_auto(vv_attr_edit) edit = {0};
	const char *from, *to;
	vv_status rc;

	if ((rc = vv_index_open_locked(&f.index, r, err)) < 0 ||
	    (rc = vv_attr_edit_begin(&edit, r, err)) < 0) {
		return rc;
	}
	vv_attr_flush(r);
	for (size_t at = 0; rc == VV_OK && next_move(moves, &at, &from, &to);) {
		rc = has_any(f.index, from) ? VV_OK : collect_entries(&f, from, to, err);
	}
	if (rc < 0 || f.count == 0) return rc;
	if ((rc = vv_attr_edit_rename(&edit, f.renames, f.count, err)) < 0 ||
	    (rc = again ? vv_add_stage_attributes(&edit, r, f.index, err)
			: vv_attr_edit_stage(&edit, f.index, err)) < 0 ||
	    (rc = vv_index_write(f.index, err)) < 0) {
		vv_attr_edit_undo(&edit);
	}
	return rc;
}

static vv_status put_back(vv_repository *r, const char *from, const char *to, vv_error *err)
{
	vv_auto(char) *a = vv_repository_file(r, from), *b = vv_repository_file(r, to);
	vv_status rc;

	if (!a || !b) return vv_fail_nomem(err);
	if (vv_exists(a) || !vv_exists(b)) return VV_OK;
	return (rc = vv_mkdirs_above(a, err)) < 0 ? rc : vv_rename(b, a, err);
}

vv_status vv_moved_recover(vv_repository *r, const vv_buf *moves, bool *done, vv_error *err)
{
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_auto(vv_index) *x = NULL;
	const char *from, *to;
	vv_status rc = vv_index_open(&x, r, err);

	*done = true;
	for (size_t at = 0; rc == VV_OK && next_move(moves, &at, &from, &to);) {
		const bool old = has_any(x, from);

		*done = *done && !old;
		rc = old ? put_back(r, from, to, err) : VV_OK;
	}
	if (rc < 0 || (rc = vv_dataset_reader_open(&reader, r, NULL, err)) < 0) return rc;
	return vv_moved_finish(r, reader, moves, true, err);
}
