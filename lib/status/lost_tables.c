/*
 * lost_tables: checks the index, which the user sees: a branch pushed from elsewhere is checked when it is
 * checked out.
 */
#include "lib/status/lost_tables.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/text.h"
#include "lib/names/content.h"
#include "lib/view/table_diff.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/program.h"
#include "repo/git/run_git.h"
#include "repo/git/tree.h"

#define TOLD_MAX 8u

bool vv_lost_table_may_be(const char *path, const vv_attr_list *lines)
{
	return vv_diff_is_table_name(path, true) || vv_attr_list_names_like(lines, path);
}

static bool is_pointer(vv_repository *r, const vv_oid *id)
{
	vv_content c;

	return vv_content_read(&c, r, 0100644, id, VV_IGNORED) == VV_OK && c.stored;
}

static bool is_lost(vv_repository *r, const vv_attr_list *lines, const vv_index_entry *e)
{
	return e->stage == 0 && S_ISREG(e->mode) && !vv_attr_list_concerns(lines, e->path) &&
	       vv_lost_table_may_be(e->path, lines) && is_pointer(r, &e->id);
}

vv_status vv_lost_tables_warn(vv_repository *r, const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(vv_index) *x = NULL;
	size_t told = 0;
	vv_status rc;

	if (!vv_repository_workdir(r)) return VV_OK;
	if ((rc = vv_index_open(&x, r, err)) < 0 ||
	    (rc = vv_attr_list_read(&lines, r, NULL, VV_ATTR_FILTER_LINES, err)) < 0) {
		return rc;
	}
	for (vv_index_entry e = {0}; told < TOLD_MAX && vv_index_next(x, &e);) {
		if (is_lost(r, &lines, &e)) {
			told++;
			vv_notes_warn(
				notes,
				"%s: not tracked by .gitattributes, so clones will contain its "
				"pointer instead of its data",
				vv_text_shows(e.path));
			vv_notes_hint(notes, VV_HINT_TRACK, e.path);
		}
	}
	return rc;
}

/* --- those that became text --------------------------------------------------------------- */

typedef struct left {
	vv_repository *repo;
	const vv_index *index;
	const vv_attr_list *lines;
	const char *from;
	vv_left_table_fn fn;
	void *payload;
} left;

static vv_status look_at_added(void *payload, const vv_change *c, vv_error *err)
{
	const left *l = payload;
	vv_index_entry e;

	if (c->old_mode || !S_ISREG(c->new_mode) || !vv_lost_table_may_be(c->path, l->lines) ||
	    vv_attr_list_concerns(l->lines, c->path) || !vv_index_get(l->index, c->path, &e) ||
	    is_pointer(l->repo, &e.id)) {
		return VV_OK;
	}
	vv_auto(vv_buf) words = VV_BUF_INIT;

	vv_buf_printf(&words,
		      "'%s', a table of varve, was renamed to this file, which Git stores as "
		      "text",
		      vv_text_shows(l->from));
	return l->fn(l->payload, c->path, vv_buf_cstr(&words), err);
}

vv_status vv_path_last_commit(vv_buf *out, vv_repository *r, const char *path, const char *format,
			      vv_error *err)
{
	vv_auto(vv_buf) errors = VV_BUF_INIT;
	const char *argv[] = {"git", "log", "-1", format, "--", path, NULL};
	vv_run run = {.argv = argv,
		      .env = vv_repository_env(r),
		      .dir = vv_repository_workdir(r),
		      .more = vv_git_literal,
		      .output = out,
		      .errors = &errors};
	int code;

	return vv_run_program(&run, &code, err);
}

static vv_status look_at_line(left *l, bool deep, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_auto(vv_tree_entry) e = {0};
	char before[VV_OID_TEXT + 2] = "HEAD^";
	vv_oid commit, parent;

	if (deep) {
		vv_status rc = vv_path_last_commit(&name, l->repo, l->from, "--format=%H", err);

		if (rc < 0) return rc;
		(void)snprintf(before, sizeof(before), "%.*s^", VV_OID_TEXT, vv_buf_cstr(&name));
	}
	if (vv_rev_commit(l->repo, before, &parent, VV_IGNORED) < 0 ||
	    (before[strlen(before) - 1] = '\0',
	     vv_rev_commit(l->repo, before, &commit, VV_IGNORED) < 0) ||
	    vv_tree_entry_at(l->repo, &parent, l->from, &e, VV_IGNORED) < 0 ||
	    !is_pointer(l->repo, &e.id)) {
		return VV_OK;
	}
	return vv_tree_changes(l->repo, &parent, &commit, "", look_at_added, l, err);
}

vv_status vv_left_tables_each(vv_repository *r, const vv_index *x, const vv_attr_list *lines,
			      bool deep, vv_left_table_fn fn, void *payload, vv_error *err)
{
	vv_array_each(lines->lines, lines->count, line) {
		vv_auto(vv_buf) path = VV_BUF_INIT;
		vv_index_entry e;
		vv_status rc;

		vv_buf_printf(&path, "%s%s", line->folder,
			      line->pattern + (line->pattern[0] == '/'));
		left l = {.repo = r,
			  .index = x,
			  .lines = lines,
			  .from = vv_buf_cstr(&path),
			  .fn = fn,
			  .payload = payload};
		if (line->on && line->literal && !vv_index_get(x, l.from, &e) &&
		    (rc = look_at_line(&l, deep, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
