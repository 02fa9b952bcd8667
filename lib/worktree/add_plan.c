/*
 * add_plan: the rules of what becomes a dataset.
 */
#include "lib/worktree/add_plan.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/holder.h"
#include "base/json/json_records.h"
#include "base/json/json_skip.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/table/root.h"
#include "lib/documents/reader.h"
#include "lib/view/table_diff.h"
#include "repo/blocks/decompress.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"

#define SUBMODULE 0160000u

typedef struct planner {
	vv_add_plan *plan;
	vv_repository *r;
	vv_index *x;
	vv_dataset_reader *s;
	const vv_add_request *req;
	vv_head head;
	int top; /* the work tree's folder */
	vv_buf above;
	bool asked, tables; /* do new files become tables? Valid if asked */
	vv_error refused;   /* the first name that is; the others are notes */
} planner;

static void planner_clear(planner *p)
{
	vv_head_clear(&p->head);
	vv_buf_clear(&p->above);
}
VV_AUTO_CLEAR(planner, planner_clear)

bool vv_add_never(const char *path)
{
	const char *base = vv_path_base(path);

	return strcmp(base, "datapackage.json") == 0 || strcmp(base, "varve.json") == 0 ||
	       strcmp(base, "varve.checks") == 0 || strncmp(base, ".git", 4) == 0;
}

bool vv_add_may(const char *path)
{
	return !vv_add_never(path) && !vv_path_fault(path);
}

bool vv_add_looks_like_table(const char *path)
{
	const vv_ending *ending = vv_ending_of(path);

	return ending && !vv_form_is_document(ending->form);
}

vv_status vv_add_is_text_table(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	*out = vv_add_looks_like_table(path);
	return *out || !vv_add_may(path) || vv_decompress_name(path) > 0 ||
			       vv_document_is_name(r, vv_repository_env(r), path)
		       ? VV_OK
		       : vv_attr_compared(r, path, out, err);
}

static bool is_json(const char *path)
{
	return !vv_add_looks_like_table(path) && vv_diff_is_table_name(path, true) &&
	       !vv_add_never(path);
}

/* Names of files that programs read their settings from. */
static bool is_configuration(const char *path)
{
	static const char *const names[] = {".*.json",
					    "*config.json",
					    "*config.*.json",
					    "*settings.json",
					    "appsettings.*.json",
					    "*.schema.json",
					    "package.json",
					    "package-lock.json",
					    "composer.json",
					    "bower.json",
					    "vcpkg.json",
					    "project.json",
					    "manifest.json",
					    "launch.json",
					    "tasks.json",
					    "extensions.json",
					    "keybindings.json",
					    "devcontainer.json",
					    "angular.json",
					    "nest-cli.json",
					    "nx.json",
					    "lerna.json",
					    "turbo.json",
					    "biome.json",
					    "deno.json",
					    "vercel.json",
					    "firebase.json",
					    "renovate.json",
					    "cypress.json",
					    "app.json",
					    "global.json",
					    "components.json",
					    "openapi.json",
					    "swagger.json",
					    "CMakePresets.json",
					    "CMakeUserPresets.json",
					    "compile_commands.json"};
	const char *base = vv_path_base(path);

	return vv_array_find(names, sizeof(names) / sizeof(names[0]), it,
			     fnmatch(*it, base, 0) == 0) != NULL;
}

/* Does the text, with which a file of that size begins, begin as a document with rows does; if mostly: are they most
 * of its bytes? Where they continue after it, the text before them is compared. Arrays of objects in Table Schemas and
 * Data Packages are not data. */
static bool has_records(const vv_buf *head, uint64_t size, bool mostly)
{
	const char *end = vv_buf_cstr(head) + head->len, *p = vv_buf_cstr(head), *rows, *after;
	vv_auto(vv_json_records) r = {0};

	p += head->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	p = vv_json_skip_space(p, end);
	if (p < end && *p == '[') {
		p = vv_json_skip_space(p + 1, end);
		return p < end && *p == '{';
	}
	if (p == end || *p != '{' ||
	    vv_json_records_find(&r, p, (size_t)(end - p), NULL, VV_IGNORED) < 0 || !r.found ||
	    strcmp(vv_buf_cstr(&r.path), "/fields") == 0 ||
	    strcmp(vv_buf_cstr(&r.path), "/resources") == 0) {
		return false;
	}
	rows = p + r.bracket;
	after = vv_json_skip_value(rows, end);
	return !mostly || (uint64_t)(after - rows) > (after == end ? head->len : size) / 2;
}

/* Is the file of the work tree JSON that can be a table? One that is not named itself: that should be one? */
static vv_status may_be_table(const planner *p, const vv_add_item *item, bool *out, vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT;
	ssize_t n;

	*out = false;
	if (!is_json(item->path) || (!item->literal && is_configuration(item->path))) return VV_OK;
	vv_auto(char) *file = vv_repository_file(p->r, item->path);
	if (!file || !vv_buf_reserve(&head, VV_HEADER_MAX)) return vv_fail_nomem(err);
	vv_auto(vv_fd) fd = vv_open_regular(file, 0, err);
	if (fd < 0) return (vv_status)fd;
	if ((n = vv_read_full(fd, head.data, VV_HEADER_MAX, file, err)) < 0) return (vv_status)n;
	head.len = (size_t)n;
	*out = has_records(&head, (uint64_t)item->st.size, !item->literal);
	return VV_OK;
}

void vv_add_note_name(vv_buf *names, size_t number, const char *path)
{
	if (number <= 3) {
		vv_buf_printf(names, "%s%s", number > 1 ? ", " : "", vv_text_shows(path));
	} else if (number == 4) {
		vv_buf_puts(names, ", ...");
	}
}

static vv_status append_item(vv_add_plan *p, const vv_add_item *item, vv_error *err)
{
	vv_add_item own = *item;

	own.path = vv_strdup(item->path);
	return vv_array_own(p->items, p->count, p->cap, own.path, own) ? VV_OK : vv_fail_nomem(err);
}

/* Does HEAD have the path as something other than a pointer? */
static vv_status head_text(planner *p, const vv_add_item *item, bool *out, vv_error *err)
{
	vv_auto(vv_tree_entry) entry = {0};
	bool pointer = false;

	*out = false;
	if (p->head.unborn) return VV_OK;
	vv_status rc = vv_tree_entry_at(p->r, &p->head.commit, item->path, &entry, err);
	if (rc == VV_ENOTFOUND) return VV_OK;
	if (rc == VV_OK && S_ISREG(entry.mode)) {
		rc = vv_dataset_reader_is_pointer(p->s, &entry.id, &pointer, err);
		*out = !pointer && !vv_oid_is_empty_blob(&entry.id);
	}
	return rc;
}

/* Is the work tree's file certainly equal to the index, without reading it? */
static bool known_same(const planner *p, vv_add_item *item)
{
	vv_index_entry entry;
	vv_oid id;
	const bool there = item->in_index && vv_index_get(p->x, item->path, &entry);

	item->stat_clean = there && vv_index_stat_clean(p->x, &entry, &item->st);
	return item->stat_clean || (there &&
				    vv_stat_cache_get(vv_dataset_reader_parts(p->s)->stats,
						      item->path, &item->st, &id) &&
				    vv_oid_equal(&id, &item->blob));
}

/* Does the pointer in the index differ from its root, if that is stored here, or in line ends? */
static vv_status was_edited(planner *p, const vv_add_item *item, bool *out, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_pointer pointer;
	vv_store *store;
	bool holds;
	vv_status rc;

	*out = false;
	/* the pointer of an empty file is empty */
	if (vv_oid_is_null(&item->blob) || vv_oid_is_empty_blob(&item->blob)) return VV_OK;
	if ((rc = vv_repository_store(p->r, &store, err)) < 0 ||
	    (rc = vv_blob_read(p->r, &item->blob, VV_POINTER_MAX, &text, err)) < 0 ||
	    (rc = vv_pointer_read(&pointer, &arena, text.data, text.len, err)) < 0) {
		return rc;
	}
	const size_t len = text.len;
	vv_pointer_tidy(&text);
	rc = vv_root_pointer_holds(&holds, store, text.data, text.len, &pointer.root, err);
	*out = rc == VV_OK && (!holds || text.len != len);
	return vv_error_excuse(rc, rc == VV_EMISSING, err);
}

/* Plans a path that the attributes assign to varve. */
static vv_status plan_tracked(planner *p, vv_add_item *item, vv_error *err)
{
	bool pointer = false;
	vv_status rc;

	if (vv_add_never(item->path)) {
		if (item->literal && p->req->described) {
			return vv_fail(err, VV_EUSAGE, "%s cannot be a table",
				       vv_text_shows(item->path));
		}
		item->action = VV_ADD_PLAIN;
		return append_item(p->plan, item, err);
	}
	item->action = VV_ADD_DATASET;
	if (!vv_oid_is_null(&item->blob)) {
		if ((rc = vv_dataset_reader_is_pointer(p->s, &item->blob, &pointer, err)) < 0) {
			return rc;
		}
		item->was_text = !pointer && !vv_oid_is_empty_blob(&item->blob);
	}
	bool same = known_same(p, item);

	if (item->was_text) {
		/* Committed plain text is not touched until it is changed, or named. */
		if (!p->req->fix && !item->literal && item->stat_clean) return VV_OK;
		return append_item(p->plan, item, err);
	}
	if (p->req->fix) {
		bool edited = false;

		rc = was_edited(p, item, &edited, err);
		return rc < 0 || !edited ? rc : append_item(p->plan, item, err);
	}
	if (same && !p->req->described) {
		bool anew = false; /* the file did not change, but its description did */

		if ((rc = vv_dataset_reader_described_anew(p->s, item->path, &item->blob,
							   item->literal, &anew, err)) < 0) {
			return rc;
		}
		item->action = anew ? VV_ADD_DATASET : VV_ADD_SAME;
	}
	return append_item(p->plan, item, err);
}

/* A search among the names that HEAD has and the index lacks. */
typedef struct moved {
	const vv_oid *blob;
	char *from;
} moved;

static vv_status note_moved(void *payload, const vv_change *c, vv_error *err)
{
	moved *m = payload;

	if (c->new_mode || m->from || !vv_oid_equal(&c->old_id, m->blob)) return VV_OK;
	return vv_text_set(&m->from, c->path, err);
}

/* A pointer that no line tracks: if 'git mv' renamed the table, its line follows; if its line was removed,
 * it becomes text. */
static vv_status plan_pointer(planner *p, vv_add_item *item, bool *leaves, vv_error *err)
{
	moved m = {.blob = &item->blob};
	bool pointer = false;
	vv_status rc = vv_dataset_reader_is_pointer(p->s, &item->blob, &pointer, err);

	if (rc < 0 || !pointer || p->head.unborn ||
	    (rc = vv_index_changes(p->r, p->x, &p->head.commit, note_moved, &m, err)) < 0) {
		return rc;
	}
	item->from = m.from;
	*leaves = !m.from;
	return VV_OK;
}

/* An ordinary file: a touched one only gets its new stat. */
static vv_status plan_file(planner *p, vv_add_item *item, vv_error *err)
{
	vv_file_state state = VV_FILE_MODIFIED;
	vv_index_entry entry;
	vv_status rc;

	if (vv_index_get(p->x, item->path, &entry) &&
	    (rc = vv_index_file_state(p->x, &entry, &state, err)) < 0) {
		return rc;
	}
	item->action = state == VV_FILE_SAME ? VV_ADD_SAME : VV_ADD_FILE;
	return append_item(p->plan, item, err);
}

/* Do new files become tables? Set by varve.addTables; else yes, unless HEAD has files with such
 * names as text: a repository of code, with its fixtures. */
static vv_status wants_tables(planner *p, bool *out, vv_error *err)
{
	bool set = true, text = false;
	vv_status rc;

	if (!p->asked) {
		vv_auto(char) *value = NULL;

		rc = vv_config_string(p->r, "varve.addtables", &value, err);
		set = rc == VV_OK;
		if (rc < 0 && rc != VV_ENOTFOUND) return rc;
		if ((rc = vv_config_bool(p->r, "varve.addtables", true, &p->tables, err)) < 0) {
			return rc;
		}
		for (vv_index_entry e = {0}; !set && !text && vv_index_next(p->x, &e);) {
			vv_add_item item = {.path = (char *)(uintptr_t)e.path};
			if (vv_add_looks_like_table(e.path) &&
			    (rc = head_text(p, &item, &text, err)) < 0) {
				return rc;
			}
		}
		p->tables = p->tables && !text;
		p->asked = true;
	}
	*out = p->tables;
	return VV_OK;
}

/* Nothing is added then, but the search continues: *fits false. */
static vv_status check_name(planner *p, const char *path, bool *fits, vv_error *err)
{
	vv_error why;
	vv_status rc = vv_path_check(path, &why);

	*fits = rc == VV_OK;
	if (rc == VV_OK) return VV_OK;
	if (rc != VV_EREFUSED) return vv_error_copy(err, &why);
	if (p->refused.code == VV_OK) {
		p->refused = why;
		(void)vv_hint(&p->refused, "rename it, or add it to .gitignore");
	} else {
		vv_notes_put(vv_repository_notes(p->r), "%s", why.message);
	}
	return VV_OK;
}

/* Plans a path that the attributes do not assign to varve. */
static vv_status plan_plain(planner *p, vv_add_item *item, vv_error *err)
{
	const vv_add_request *req = p->req;
	bool named = !req->as_tracked && (item->literal || req->convert);
	bool wanted = named &&
		      (vv_add_looks_like_table(item->path) || (item->literal && req->described));
	bool text = false, compared = false, leaves = false, fits;
	vv_status rc;

	if (req->fix) return VV_OK;
	/* 'varve track --text' decided. */
	if ((wanted || vv_add_looks_like_table(item->path) || is_json(item->path)) &&
	    !req->convert && (rc = vv_attr_compared(p->r, item->path, &compared, err)) < 0) {
		return rc;
	}
	if (compared && wanted && req->described) {
		return vv_fail(
			err, VV_EUSAGE,
			"%s stays text, as set in .gitattributes\nuse --convert to make a table of it",
			vv_text_shows(item->path));
	}
	wanted = wanted && !compared;
	if (vv_add_never(item->path)) {
		if (item->literal && req->described) {
			return vv_fail(err, VV_EUSAGE, "%s cannot be a table",
				       vv_text_shows(item->path));
		}
		wanted = false;
	}
	if (!wanted && !compared && !req->as_tracked && !item->in_index &&
	    vv_add_looks_like_table(item->path) && !vv_add_never(item->path)) {
		if ((rc = wants_tables(p, &item->guess, err)) < 0) return rc;
		wanted = item->guess;
	}
	if (!wanted && !compared && !req->as_tracked && !item->in_index) {
		if ((rc = may_be_table(p, item, &wanted, err)) < 0 ||
		    (wanted && !item->literal && (rc = wants_tables(p, &wanted, err)) < 0)) {
			return rc;
		}
		item->guess = item->guess || wanted;
	}
	if (wanted && !req->convert) {
		if ((rc = head_text(p, item, &text, err)) < 0) return rc;
		if (text && req->described) {
			return vv_fail(
				err, VV_EUSAGE,
				"%s stays text, as in HEAD\nuse --convert to make a table of it",
				vv_text_shows(item->path));
		}
	}
	if (!compared && item->in_index && !vv_oid_is_null(&item->blob) &&
	    (vv_add_looks_like_table(item->path) || is_json(item->path)) &&
	    (rc = plan_pointer(p, item, &leaves, err)) < 0) {
		return rc;
	}
	if ((wanted && !text) || item->from) {
		if ((rc = check_name(p, item->path, &fits, err)) < 0 || !fits) return rc;
		item->action = VV_ADD_DATASET;
		item->track = true;
		item->was_text = item->in_index && !item->from;
		return append_item(p->plan, item, err);
	}
	if (!compared && vv_add_looks_like_table(item->path) && !vv_add_never(item->path)) {
		if (text) {
			vv_add_note_name(&p->plan->kept_names, ++p->plan->kept_text, item->path);
		} else if (!item->in_index) {
			vv_add_note_name(&p->plan->new_names, ++p->plan->new_text, item->path);
		}
	}
	known_same(p, item);
	if (item->stat_clean) return VV_OK;
	if (leaves) {
		vv_notes_warn(
			vv_repository_notes(p->r),
			"%s is no longer tracked by .gitattributes, so it becomes text in Git",
			vv_text_shows(item->path));
	}
	return plan_file(p, item, err);
}

/* A name that no table may have and none has, but that Git takes: of an ordinary file. One that is named is refused. */
static vv_status is_left_to_git(planner *p, const vv_add_item *item, bool *out, vv_error *err)
{
	const char *fault = item->literal && !item->in_index ? NULL : vv_path_fault(item->path);
	bool table = false;
	vv_status rc;

	*out = false;
	if (!fault || vv_path_check_plain(item->path, VV_IGNORED) < 0) return VV_OK;
	if (!vv_oid_is_null(&item->blob) &&
	    (rc = vv_dataset_reader_is_pointer(p->s, &item->blob, &table, err)) < 0) {
		return rc;
	}
	*out = !table;
	if (!item->in_index && vv_add_looks_like_table(item->path)) {
		vv_notes_warn(vv_repository_notes(p->r), VV_ADD_LEFT, vv_text_shows(item->path),
			      fault);
	}
	return VV_OK;
}

static vv_status plan_path(planner *p, vv_add_item *item, vv_error *err)
{
	bool tracked = false, fits = true, left = false;
	vv_status rc = vv_lstat_at(&item->st, p->top, item->path, &p->above, err);

	/* If a folder replaced a file, the file is removed; the folder's files have plans of their
	 * own. */
	if (item->in_index && (rc == VV_ENOTFOUND || (rc == VV_OK && S_ISDIR(item->st.mode)))) {
		if (p->req->fix) return VV_OK;
		item->action = VV_ADD_REMOVE;
		return append_item(p->plan, item, err);
	}
	if (rc < 0 || (rc = is_left_to_git(p, item, &left, err)) < 0 ||
	    (!left && !item->in_index && (rc = check_name(p, item->path, &fits, err)) < 0)) {
		return rc;
	}
	if (!fits) return VV_OK;
	if (S_ISREG(item->st.mode) && !left) {
		if ((rc = vv_attr_tracked(p->r, item->path, &tracked, err)) < 0 ||
		    (tracked && !p->plan->beaten &&
		     (rc = vv_attr_changes_text(p->r, item->path, &p->plan->beaten, err)) < 0)) {
			return rc;
		}
		return tracked ? plan_tracked(p, item, err) : plan_plain(p, item, err);
	}
	if (p->req->fix) return VV_OK;
	known_same(p, item);
	return item->stat_clean ? VV_OK : plan_file(p, item, err);
}

/* A submodule that is set up is staged with the commit that it has. */
static vv_status plan_submodule(planner *p, vv_add_item *item, vv_error *err)
{
	vv_oid now;
	vv_status rc = vv_lstat_at(&item->st, p->top, item->path, &p->above, err);

	if (p->req->fix) return VV_OK;
	if (rc < 0 || !S_ISDIR(item->st.mode)) return plan_path(p, item, err);
	if ((rc = vv_index_submodule(p->x, item->path, &now, err)) < 0) {
		return vv_error_excuse(rc, rc == VV_ENOTFOUND, err);
	}
	if (vv_oid_equal(&now, &item->blob)) return VV_OK;
	item->action = VV_ADD_SUBMODULE;
	item->mode = SUBMODULE;
	item->blob = now;
	return append_item(p->plan, item, err);
}

/* As git: it is passed over, unless it is named. */
static vv_status see_hidden(const vv_add_item *item, const char *path, vv_error *err)
{
	if (!item->literal) return VV_OK;
	(void)vv_fail(err, VV_EREFUSED,
		      "'%s' is marked skip-worktree or assume-unchanged; nothing was staged",
		      vv_text_shows(path));
	return vv_hint(
		err,
		"'git update-index --no-skip-worktree --no-assume-unchanged %s' removes these marks",
		vv_text_word(path));
}

static vv_status plan_index(planner *p, vv_error *err)
{
	const char *last = "";
	vv_status rc;

	for (vv_index_entry e = {0}; vv_index_next(p->x, &e);) {
		vv_add_item item = {0};

		if (strcmp(e.path, last) == 0 || S_ISDIR(e.mode & 0170000)) {
			continue;
		}
		last = e.path;
		if ((p->req->paths && !vv_pathspec_match(p->req->paths, e.path, &item.literal)) ||
		    (p->req->fix && e.stage != 0)) {
			continue;
		}
		if (e.hidden) {
			if ((rc = see_hidden(&item, e.path, err)) < 0) return rc;
			continue;
		}
		item.path = (char *)(uintptr_t)e.path; /* only read, and copied by append */
		item.in_index = true;
		/* In a conflict no side is the previous version: the staged one replaces all. */
		if (e.stage == 0) {
			item.blob = e.id;
			item.mode = e.mode;
		}
		if ((rc = vv_mode_is_submodule(e.mode) ? plan_submodule(p, &item, err)
						       : plan_path(p, &item, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* A temporary file that varve writes before replacing a file, or left when it was killed. */
static bool is_temporary(const char *path)
{
	const char *name = vv_path_base(path);
	const size_t len = strlen(name);
	bool ended;

	return strncmp(name, ".varve-", 7) == 0 && len >= 7 + VV_TEMP_RANDOM &&
	       vv_temp_name_read(name + len - VV_TEMP_RANDOM, &ended);
}

static vv_status on_untracked(void *payload, const char *path, vv_error *err)
{
	planner *p = payload;
	vv_add_item item = {0};

	if (is_temporary(path) ||
	    (p->req->paths && !vv_pathspec_match(p->req->paths, path, &item.literal))) {
		return VV_OK;
	}
	if (path[strlen(path) - 1] == '/') {
		vv_notes_warn(
			vv_repository_notes(p->r),
			"%s is a repository of its own and was left out; 'git submodule add' records it",
			vv_text_shows(path));
		return VV_OK;
	}
	item.path = (char *)(uintptr_t)path;
	return plan_path(p, &item, err);
}

/* Refuses named paths that are ignored, as Git does. */
static vv_status refuse_ignored(planner *p, const vv_pathspec *paths, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT, ignored = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < paths->count && !p->req->force; i++) {
		const vv_pathspec_item *arg = &paths->items[i];

		if (!arg->exclude && !arg->pattern && !arg->matched && !arg->named &&
		    arg->path[0] && (arg->folder || arg->exists)) {
			vv_buf_put(&names, arg->path, strlen(arg->path) + 1);
		}
	}
	if ((rc = vv_buf_ok(&names, err)) < 0 ||
	    (rc = vv_paths_ignored(p->r, &names, &ignored, err)) < 0 || ignored.len == 0) {
		return rc;
	}
	(void)vv_fail(err, VV_EREFUSED,
		      "%s is ignored (.gitignore or another exclude file); nothing was staged",
		      vv_text_shows(ignored.data));
	return vv_hint_code(err, VV_HINT_IGNORED, ignored.data);
}

/* A file that is named, so that nothing needs to be searched. */
static vv_status plan_named(planner *p, vv_pathspec_item *arg, vv_error *err)
{
	if (arg->named) {
		return VV_OK; /* it is in the index */
	}
	arg->matched = true;
	vv_add_item item = {.path = arg->path, .literal = true};
	return plan_path(p, &item, err);
}

static vv_status search_prefix(planner *p, const char *prefix, vv_error *err)
{
	return p->req->force ? vv_unindexed_each(p->x, prefix, on_untracked, p, err)
			     : vv_untracked_each(p->x, prefix, true, on_untracked, p, err);
}

static vv_status plan_untracked(planner *p, vv_error *err)
{
	vv_pathspec *paths = p->req->paths;
	vv_status rc;

	if (!paths) return search_prefix(p, "", err);
	vv_array_each(paths->items, paths->count, item) {
		if (!item->exclude && (rc = vv_index_check_module(p->x, item->path, err)) < 0) {
			return rc;
		}
	}
	if ((rc = refuse_ignored(p, paths, err)) < 0) return rc;
	vv_array_each(paths->items, paths->count, arg) {
		if (arg->exclude) {
			continue;
		}
		if (arg->pattern) {
			if ((rc = search_prefix(p, "", err)) < 0) return rc;
		} else if (arg->folder) {
			arg->matched = true;
			if ((rc = search_prefix(p, arg->path, err)) < 0) return rc;
		} else if (arg->exists) {
			if ((rc = plan_named(p, arg, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* Arguments may overlap: the item with the more explicit request stays. */
static void drop_repeats(vv_add_plan *p)
{
	size_t kept = 0;

	if (p->count > 1) {
		qsort(p->items, p->count, sizeof(*p->items), vv_text_order);
	}
	vv_array_each(p->items, p->count, it) {
		vv_add_item *keep = kept > 0 ? &p->items[kept - 1] : NULL;

		if (!keep || strcmp(keep->path, it->path) != 0) {
			p->items[kept++] = *it;
		} else if (it->action == VV_ADD_DATASET && keep->action != VV_ADD_DATASET) {
			vv_free_all(keep->path, keep->from);
			*keep = *it;
		} else {
			vv_free_all(it->path, it->from);
		}
	}
	p->count = kept;
}

/* Removed paths come first: a file may have replaced its folder, or a folder the file. */
static int removed_first(const void *a, const void *b)
{
	const vv_add_item *x = a, *y = b;
	const bool x_goes = x->action == VV_ADD_REMOVE, y_goes = y->action == VV_ADD_REMOVE;

	return x_goes != y_goes ? y_goes - x_goes : vv_text_order(a, b);
}

static void order_items(vv_add_plan *p)
{
	drop_repeats(p);
	if (p->count > 1) {
		qsort(p->items, p->count, sizeof(*p->items), removed_first);
	}
}

vv_status vv_add_plan_make(vv_add_plan *out, vv_repository *r, vv_index *x, vv_dataset_reader *s,
			   const vv_add_request *req, vv_error *err)
{
	vv_auto(vv_fd) top = vv_repository_open_top(r, err);
	vv_auto(planner) p = {.plan = out, .r = r, .x = x, .s = s, .req = req, .top = top};
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(r);
	vv_status rc;

	*out = (vv_add_plan){0};
	if (top < 0) return (vv_status)top;
	if ((rc = vv_head_read(r, &p.head, err)) < 0 || (rc = plan_index(&p, err)) < 0 ||
	    (req->untracked && !req->fix && (rc = plan_untracked(&p, err)) < 0)) {
		return rc;
	}
	if (p.refused.code != VV_OK) return vv_error_copy(err, &p.refused);
	if (req->paths && (rc = vv_pathspec_all_matched(req->paths, x, err)) < 0) return rc;
	order_items(out);
	return VV_OK;
}

void vv_add_plan_clear(vv_add_plan *p)
{
	vv_array_clear(p->items, p->count, it, vv_free_all(it->path, it->from));
	vv_buf_clear_all(&p->kept_names, &p->new_names);
	*p = (vv_add_plan){0};
}
