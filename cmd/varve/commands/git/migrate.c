/*
 * migrate: makes tables of files in Git or Git LFS, or the other way, in one ordinary commit.
 *
 * First checks that everything is possible: no other change is staged, the files are as committed, and
 * the objects of Git LFS are present. Staging and committing runs add and commit like the user would,
 * with hooks and signatures. The start is recorded in .git/varve-migrating, so that the same command
 * again continues after a killed one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/command.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/clone/everything.h"
#include "lib/merge/tables.h"
#include "lib/names/damaged_pointer.h"
#include "lib/names/lfs.h"
#include "lib/remotes/push_hook.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_edit.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/program.h"
#include "repo/git/repository_init.h"
#include "repo/git/write_turn.h"

/* ---- migrate_history: 'varve migrate --everything' and its output ---- */

static void print_path(const vv_migrated_path *p, bool export)
{
	const char *of = p->dvc ? " of DVC" : "";

	if (p->lfs) {
		of = p->dvc ? " of Git LFS and DVC" : " of Git LFS";
	}
	vv_out("%s: %s, %s%s", vv_text_shows(p->path),
	       vv_text_counted(p->versions, "version", "versions"), vv_text_bytes(p->bytes), of);
	if (!export) {
		vv_out("; %s in blocks", vv_text_bytes(p->stored));
	}
	vv_out("\n");
	if (p->plain > 0) {
		vv_warn("%s stored as bytes, since no rows were found: %s",
			vv_text_counted(p->plain, "version is", "versions are"), p->reason);
	}
}

static void print_contents(const vv_migrate_result *r, const vv_migrate_options *o)
{
	vv_migrated_path all = {0};
	size_t count, taken = 0;
	const vv_migrated_path *paths = vv_migrated_paths(r->contents, &count);

	vv_array_each(paths, count, path) {
		if (path->versions > 0) {
			print_path(path, o->export);
			all.versions += path->versions;
			all.bytes += path->bytes;
			all.stored += path->stored;
			taken++;
		}
	}
	vv_out("%s, %s, %s", vv_text_counted(taken, "path", "paths"),
	       vv_text_counted(all.versions, "version", "versions"), vv_text_bytes(all.bytes));
	if (!o->export) {
		vv_out("; %s in blocks", vv_text_bytes(all.stored));
	}
	vv_out(o->dry ? "; nothing was changed\n" : "\n");
}

static void print_result(const vv_migrate_result *r, const vv_migrate_options *o)
{
	if (r->folders > 0) {
		vv_warn("%s of DVC not changed: %s tracks a folder in which some files match no pattern, or whose list is not in .dvc/cache",
			vv_text_counted(r->folders, "file", "files"),
			r->folders == 1 ? "it" : "each");
	}
	if (r->changed == 0) {
		vv_out(o->export
			       ? "no version of these files is a table of varve\n"
			       : "no version of these files is text, or kept by Git LFS or DVC\n");
		return;
	}
	print_contents(r, o);
	vv_out("%s of %s %s, ", vv_text_count(r->changed),
	       vv_text_counted(r->commits, "commit", "commits"),
	       o->dry ? "would be rewritten" : "rewritten");
	vv_out("%s moved\n", vv_text_counted(r->refs, "branch or tag", "branches and tags"));
	if (r->unsigned_count > 0) {
		vv_out("%s dropped: valid only for the old commits\n",
		       vv_text_counted(r->unsigned_count, "signature", "signatures"));
	}
	if (!o->dry) {
		vv_out("old and new ids: %s\n", vv_text_shows(r->map));
		vv_note("hint: others have to clone again; 'varve push --force --all --tags REMOTE' "
			"replaces a remote's history");
	}
}

/* opts without progress. */
static vv_status migrate_history(vv_context *c, const vv_migrate_options *opts, vv_error *err)
{
	vv_auto(vv_migrate_result) result = {0};
	vv_migrate_options o = *opts;
	vv_status rc;

	if (!o.dry && ((rc = vv_repository_set_up(c->repo, "varve", err)) < 0 ||
		       (!o.export && (rc = vv_push_hook_set(c->repo, NULL, err)) < 0))) {
		return rc;
	}
	o.progress = vv_progress_begin();
	rc = vv_migrate_everything(&result, &o, c->repo, err);
	if (rc == VV_OK) {
		print_result(&result, &o);
	}
	return rc;
}

/* ---- migrate ---- */

typedef struct options {
	bool dry_run, export, no_commit, everything;
	const char *message, *since;
	vv_strings include;
} options;

/* One file that changes hands. */
typedef struct file {
	char *path;
	char *object; /* of Git LFS, its file's path; otherwise NULL */
	uint64_t bytes;
	bool pointer_only; /* export: the work tree has the pointer */
	bool converted;    /* Git wrote other line ends, or another encoding, than blob has */
	vv_oid blob;
} file;

typedef struct migration {
	vv_context *c;
	const options *o;
	file *files;
	size_t count, cap;
	size_t damaged; /* paths with a damaged pointer, which were named */
	size_t matched; /* files of the index that can be tables */
	char *note;     /* its file */
	vv_buf begun;   /* this migration's record */
	bool again;     /* the same was begun at this commit, and not concluded */
	int code;       /* of a varve run by this, which failed and printed the reason */
} migration;

static void migration_clear(migration *m)
{
	vv_array_clear(m->files, m->count, it, vv_free_all(it->path, it->object));
	vv_buf_clear(&m->begun);
	vv_free(m->note);
}
VV_AUTO_CLEAR(migration, migration_clear)

/* --- the record of a started migration
 * --------------------------------------------------------------- */

/* The commit it begins at, the direction, the words: what must be the same for a command to continue. */
static vv_status read_note(migration *m, const vv_oid *head, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	m->note = vv_path_join(vv_repository_gitdir(m->c->repo), "varve-migrating", (char *)NULL);
	if (!m->note) return vv_fail_nomem(err);
	vv_buf_printf(&m->begun, "%s%c%s%c", vv_oid_shows(head), '\0',
		      m->o->export ? "export" : "take", '\0');
	vv_array_each(m->c->paths.items, m->c->paths.count, it) {
		vv_buf_printf(&m->begun, "%s%c", it->path, '\0');
	}
	m->again = vv_read_regular(&text, m->note, 16u << 20, NULL) == VV_OK &&
		   text.len == m->begun.len && memcmp(text.data, m->begun.data, text.len) == 0;
	return vv_buf_ok(&m->begun, err);
}

/* At another commit it means nothing. */
static void drop_note(const migration *m)
{
	vv_error why;

	if (vv_unlink(m->note, true, &why) < 0) {
		vv_warn("%s", why.message);
	}
}

/* --- the current state ------------------------------------------------------------------------ */

static vv_status refuse_staged(void *payload, const vv_change *change, vv_error *err)
{
	const migration *m = payload;

	if (m->again && (strcmp(change->path, ".gitattributes") == 0 ||
			 vv_pathspec_match(&m->c->paths, change->path, NULL))) {
		return VV_OK;
	}
	return vv_fail(
		err, VV_EREFUSED,
		"%s is staged: migrate makes its own commit\ncommit the staged changes, or unstage them ('varve restore --staged PATH')",
		vv_text_shows(change->path));
}

/* The index must be HEAD's, so that the commit has the migration and nothing else. */
static vv_status check_index(migration *m, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (vv_index_has_conflicts(m->c->index)) {
		return vv_fail(
			err, VV_EREFUSED,
			"there are conflicts: migrate makes its own commit\nresolve and commit them first");
	}
	if ((rc = vv_head_read(m->c->repo, &head, err)) == VV_OK && head.unborn) {
		rc = vv_fail(err, VV_EREFUSED,
			     "no commits yet, so there is nothing to migrate\n"
			     "start with 'varve add FILE'");
	} else if (rc == VV_OK && (rc = read_note(m, &head.commit, err)) == VV_OK) {
		rc = vv_index_changes(m->c->repo, NULL, &head.commit, refuse_staged, m, err);
	}
	return rc;
}

static vv_status add_file(migration *m, const char *path, char *take_object, uint64_t bytes,
			  vv_error *err)
{
	if (!vv_array_room(m->files, m->count, m->cap)) {
		vv_free(take_object);
		return vv_fail_nomem(err);
	}
	file *f = &m->files[m->count++];
	*f = (file){.path = vv_strdup(path), .object = take_object, .bytes = bytes};
	return f->path ? VV_OK : vv_fail_nomem(err);
}

static vv_status refuse_changed(const char *path, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED,
		       "%s has uncommitted changes\n"
		       "commit them first, or discard them with 'varve restore %s'",
		       vv_text_shows(path), vv_hint_path(path));
}

/* Is the file of the work tree the same as in the index? A pointer of Git LFS may be checked out as
 * its content: then git compares, with its own filter. */
static vv_status check_same(migration *m, const vv_index_entry *e, bool lfs, vv_error *err)
{
	vv_file_state state = VV_FILE_SAME;

	if (lfs) return VV_OK;
	vv_status rc = vv_index_file_state(m->c->index, e, &state, err);
	return rc < 0 || state == VV_FILE_SAME ? rc : refuse_changed(e->path, err);
}

/* Neither a table nor a plain file: each is named before anything changes. */
static vv_status look_if_damaged(migration *m, const vv_index_entry *e, bool *damaged,
				 vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	vv_auto(vv_buf) mend = VV_BUF_INIT;
	vv_status rc = vv_pointer_blob_read(&b, &arena, m->c->repo, &e->id, err);

	*damaged = rc == VV_OK && b.found == VV_EINPUT;
	if (*damaged &&
	    (rc = vv_damaged_pointer_mend(&mend, m->c->repo, e->path, &e->id, err)) == VV_OK) {
		m->damaged++;
		vv_warn("%s: a damaged pointer: %s", vv_text_shows(e->path), b.why.message);
		vv_note("hint: %s", vv_buf_cstr(&mend));
	}
	return rc;
}

static vv_status look_in(migration *m, const vv_index_entry *e, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *object = NULL;
	bool pointer = false, damaged = false;
	uint64_t bytes = 0;
	vv_stat st;
	vv_status rc;

	if ((rc = vv_dataset_reader_is_pointer(m->c->reader, &e->id, &pointer, err)) < 0 ||
	    pointer) {
		return rc;
	}
	if ((rc = look_if_damaged(m, e, &damaged, err)) < 0 || damaged) return rc;
	if ((rc = vv_blob_size(m->c->repo, &e->id, &bytes, err)) < 0) return rc;
	if (bytes <= VV_LFS_POINTER_MAX &&
	    ((rc = vv_blob_read(m->c->repo, &e->id, VV_LFS_POINTER_MAX, &text, err)) < 0 ||
	     (rc = vv_lfs_find(&object, m->c->repo, vv_buf_cstr(&text), text.len, err)) < 0)) {
		vv_prefix(err, "%s", vv_text_shows(e->path));
		return rc;
	}
	if (object && (rc = vv_lstat(&st, object, err)) == VV_OK) {
		bytes = st.size;
	}
	if (rc == VV_OK && (rc = check_same(m, e, object != NULL, err)) == VV_OK) {
		const bool own = !object;

		rc = add_file(m, e->path, object, bytes, err);
		object = NULL;
		if (rc == VV_OK && own) {
			m->files[m->count - 1].converted = !vv_merge_file_is(m->c->repo, e->path,
									     &e->id);
			m->files[m->count - 1].blob = e->id;
		}
	}
	return rc;
}

static vv_status look_out(migration *m, const vv_index_entry *e, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_work_state state = VV_WORK_SAME;
	vv_pointer p;
	bool pointer = false, damaged = false;
	vv_status rc;

	if ((rc = vv_dataset_reader_find_pointer(m->c->reader, &e->id, &arena, &p, &pointer, err)) <
	    0) {
		return rc;
	}
	if (!pointer) return look_if_damaged(m, e, &damaged, err);
	if ((rc = vv_dataset_reader_work_state(m->c->reader, e->path, &e->id, e, &state, NULL,
					       err)) < 0) {
		return rc;
	}
	if (state != VV_WORK_SAME && state != VV_WORK_POINTER) {
		rc = refuse_changed(e->path, err);
	} else if ((rc = add_file(m, e->path, NULL, p.bytes, err)) == VV_OK) {
		m->files[m->count - 1].pointer_only = state == VV_WORK_POINTER;
	}
	return rc;
}

static vv_status refuse_folder(const vv_pathspec *paths, vv_error *err)
{
	vv_array_each(paths->items, paths->count, it) {
		if (it->folder || it->exclude) {
			return vv_fail(err, VV_EUSAGE,
				       "%s: migrate takes files and patterns\n"
				       "a pattern names files of a folder: 'data/**/*.csv'",
				       vv_text_shows(it->given));
		}
	}
	return VV_OK;
}

/* A link, a submodule, or a file such as .gitattributes. */
static vv_status refuse_kind(const vv_index_entry *e, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE, "%s: migrate takes data files, not %s",
		       vv_text_shows(e->path),
		       S_ISREG(e->mode) ? "settings and descriptions" : "links and submodules");
}

static vv_status find_files(migration *m, vv_error *err)
{
	vv_status rc = refuse_folder(&m->c->paths, err);

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(m->c->index, &e);) {
		const char *fault = m->o->export ? NULL : vv_path_fault(e.path);
		bool named = false;

		if (e.stage > 0 || !vv_pathspec_match(&m->c->paths, e.path, &named)) {
			continue;
		}
		if (!S_ISREG(e.mode) || vv_add_never(e.path)) {
			if (named) return refuse_kind(&e, err);
			continue;
		}
		if (fault && !named) {
			vv_warn(VV_ADD_LEFT, vv_text_shows(e.path), fault);
			continue;
		}
		if (fault) return vv_path_check(e.path, err);
		m->matched++;
		rc = m->o->export ? look_out(m, &e, err) : look_in(m, &e, err);
	}
	if (rc == VV_OK && m->damaged > 0) {
		return vv_fail(err, VV_EREFUSED,
			       "%s damaged: nothing was changed\n"
			       "fix and commit them, or name only the other files",
			       vv_text_counted(m->damaged, "pointer is", "pointers are"));
	}
	return rc < 0 ? rc : vv_pathspec_all_matched(&m->c->paths, m->c->index, err);
}

/* --- doing it ------------------------------------------------------------------------------- */

/* varve WORDS... -- PATHS...; its output is ours. errors: gets its stderr; NULL: that is ours, too. */
static vv_status run_varve(migration *m, const char *program, const char *const *words, bool paths,
			   vv_buf *errors, vv_error *err)
{
	vv_auto_free const char **argv = vv_calloc(m->count + 12, sizeof(*argv));
	const char *const more[] = {vv_write_turn_setting(m->c->repo), NULL};
	vv_run r = {.env = vv_environ(),
		    .more = more,
		    .dir = vv_repository_workdir(m->c->repo),
		    .errors = errors};
	size_t n = 0;
	int code = 0;
	vv_status rc;

	if (!argv) return vv_fail_nomem(err);
	argv[n++] = program;
	vv_words_add_list(argv, &n, words);
	vv_array_each(m->files, paths ? m->count : 0, one) {
		argv[n++] = one->path;
	}
	r.argv = argv;
	vv_out_flush();
	if ((rc = vv_run_program(&r, &code, err)) == VV_OK && code != 0) {
		m->code = code < 126 ? code : 0; /* else a signal ended it */
		rc = vv_fail(err, VV_EREFUSED, "'varve %s' failed", words[0]);
	}
	return rc;
}

/* Replaces pointers of Git LFS by their content, and files converted by Git by Git's bytes: the table must equal
 * Git's, for all users. */
static vv_status write_objects(migration *m, vv_error *err)
{
	vv_status rc;

	vv_array_each(m->files, m->count, f) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		vv_auto(char) *to = NULL;
		vv_stat st;

		if (f->converted &&
		    ((rc = vv_blob_read(m->c->repo, &f->blob, SIZE_MAX, &text, err)) < 0 ||
		     (rc = vv_worktree_write_bytes(m->c->repo, f->path, vv_buf_cstr(&text),
						   text.len, true, err)) < 0)) {
			return rc;
		}
		if (!f->object) {
			continue;
		}
		if (!(to = vv_repository_file(m->c->repo, f->path))) return vv_fail_nomem(err);
		if (vv_lstat(&st, to, NULL) < 0 || st.size <= VV_LFS_POINTER_MAX) {
			const char *argv[] = {"cp", "--", f->object, to, NULL};
			int code = 0;
			const vv_run copy = {.argv = argv, .env = vv_environ()};

			if ((rc = vv_run_program(&copy, &code, err)) < 0) return rc;
			if (code != 0) {
				return vv_fail(err, VV_EIO, "%s could not be written",
					       vv_text_shows(f->path));
			}
		}
	}
	return VV_OK;
}

/* A line for Git LFS of the very pattern loses its words: the one that follows takes over. */
static vv_status drop_lfs(migration *m, vv_error *err)
{
	vv_auto(char) *path = vv_repository_file(m->c->repo, ".gitattributes");
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = path ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && vv_exists(path)) {
		rc = vv_read_regular(&text, path, 16u << 20, err);
	}
	size_t before = text.len;

	if (rc == VV_OK &&
	    (rc = vv_attr_drop_filter(&text, "lfs", false, (const char *const *)m->c->argv,
				      (size_t)m->c->argc, err)) == VV_OK &&
	    text.len != before) {
		rc = vv_worktree_write_bytes(m->c->repo, ".gitattributes", vv_buf_cstr(&text),
					     text.len, true, err);
		vv_attr_flush(m->c->repo);
	}
	return rc;
}

/* If export removes the effective line by its own pattern, the hint is that command. */
static bool hint_pattern(const migration *m, const char *path, vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(vv_buf) word = VV_BUF_INIT;
	size_t at;
	vv_auto(char) *prefix = NULL;
	bool hinted = false;

	if (vv_worktree_prefix(&prefix, m->c->repo, VV_IGNORED) == VV_OK &&
	    vv_attr_list_read(&lines, m->c->repo, NULL, VV_ATTR_FILTER_LINES, VV_IGNORED) ==
		    VV_OK &&
	    (at = vv_attr_list_deciding(&lines, path)) < lines.count && !lines.lines[at].literal &&
	    strcmp(lines.lines[at].file, ".gitattributes") == 0) {
		vv_buf_puts(&word, "varve ");
		vv_buf_puts(&word, *prefix ? "-C .." : "");
		for (const char *p = prefix; (p = strchr(p, '/')); p++) {
			vv_buf_puts(&word, "/..");
		}
		vv_buf_puts(&word, *prefix ? " migrate --export " : "migrate --export ");
		vv_text_put_word(&word, lines.lines[at].pattern);
		vv_hint(err, "%s (all that this line tracks)", vv_buf_cstr(&word));
		hinted = true;
	}
	return hinted;
}

static vv_status refuse_line(const migration *m, const char *path, vv_error *err)
{
	vv_fail(err, VV_EREFUSED,
		m->o->export ? "%s: another line of .gitattributes still makes it a table of varve"
			     : "%s: another line of .gitattributes overrides varve's line",
		vv_text_shows(path));
	if (m->o->export && hint_pattern(m, path, err)) return VV_EREFUSED;
	return vv_hint(err,
		       "'git check-attr filter -- %s' shows the filter; "
		       "name the pattern exactly as .gitattributes has it",
		       vv_hint_path(path));
}

/* Every moved path must now belong to its new keeper: otherwise another line wins. Runs git, since libgit2 still
 * counts a line removed from the file while the index has it. staged: by the index's lines. */
static vv_status verify_keeper(migration *m, bool staged, vv_error *err)
{
	const char *const argv[] = {"git",
				    "check-attr",
				    "--stdin",
				    "-z",
				    staged ? "--cached" : "filter",
				    staged ? "filter" : NULL,
				    NULL};
	vv_auto(vv_buf) in = VV_BUF_INIT, out = VV_BUF_INIT;
	int code = 0;
	vv_status rc;

	vv_array_each(m->files, m->count, one) {
		vv_buf_put(&in, one->path, strlen(one->path) + 1);
	}
	const vv_run run = {.argv = argv,
			    .env = vv_environ(),
			    .dir = vv_repository_workdir(m->c->repo),
			    .input = in.data,
			    .len = in.len,
			    .output = &out};

	if ((rc = vv_buf_ok(&in, err)) < 0 || (rc = vv_run_program(&run, &code, err)) < 0) {
		return rc;
	}
	if (code != 0) {
		return vv_fail(err, VV_EIO, "git check-attr ended with exit code %d", code);
	}
	const char *p = vv_buf_cstr(&out);
	const char *end = p + out.len;
	vv_array_each(m->files, m->count, f) { /* path, "filter", value */
		const char *value = p;

		for (int part = 0; part < 2 && value < end; part++) {
			value += strlen(value) + 1;
		}
		if (value >= end) {
			return vv_fail(err, VV_EIO, "git did not report the filter");
		}
		if ((strcmp(value, "varve") == 0) == m->o->export) {
			return refuse_line(m, f->path, err);
		}
		if (m->o->export && strcmp(value, "unspecified") != 0 &&
		    strcmp(value, "unset") != 0) {
			return vv_fail(
				err, VV_EREFUSED,
				"%s: another line of .gitattributes assigns it to the filter '%s'\nremove that line, or add one with !filter after it",
				vv_text_shows(f->path), vv_text_shows(value));
		}
		p = value + strlen(value) + 1;
	}
	return VV_OK;
}

static vv_status change_lines(migration *m, vv_attr_edit *edit, vv_error *err)
{
	vv_status rc = m->o->export ? VV_OK : drop_lfs(m, err);
	if (rc < 0) return rc;
	vv_array_each(m->c->paths.items, m->c->paths.count, item) {
		rc = m->o->export ? vv_attr_leave_text(m->c->repo, item->path, !item->pattern, err)
				  : vv_attr_edit_track(edit, item->path, !item->pattern, err);
		if (rc == VV_ENOTFOUND && m->o->export) {
			vv_error_clear(err); /* a line of another pattern; verify reports it */
			continue;
		}
		if (rc < 0) return rc;
		if (m->o->export) {
			edit->changed = true;
			vv_attr_flush(m->c->repo);
		}
	}
	if ((rc = verify_keeper(m, false, err)) < 0) return rc;
	vv_array_each(m->files, m->o->export ? 0 : m->count, f) {
		if ((rc = vv_attr_check_encoding(m->c->repo, f->path, err)) < 0) return rc;
	}
	return VV_OK;
}

/* The lines, and the files that are to be plain, in one step. */
static vv_status stage_lines(migration *m, vv_attr_edit *edit, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_status rc;

	if ((rc = vv_index_open_locked(&x, m->c->repo, err)) < 0 ||
	    (rc = vv_attr_edit_begin(edit, m->c->repo, err)) < 0) {
		return rc;
	}
	if ((rc = change_lines(m, edit, err)) < 0) {
		edit->changed = true;
		vv_attr_edit_undo(edit);
		return rc;
	}
	vv_array_each(m->files, m->o->export ? m->count : 0, f) {
		if ((rc = vv_index_add_file(x, f->path, err)) < 0) return rc;
	}
	rc = vv_index_add_file(x, ".gitattributes", err);
	return rc < 0 ? rc : vv_index_write(x, err);
}

/* A file was refused: the lines are as before, so that the same can be done for the other files. */
static void take_back(migration *m, const char *self, vv_attr_edit *edit)
{
	static const char *const unstage[] = {"restore",        "-q", "--staged", "--",
					      ".gitattributes", NULL};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const int code = m->code;

	edit->changed = true;
	vv_attr_edit_undo(edit);
	if (run_varve(m, self, unstage, false, &said, VV_IGNORED) == VV_OK) {
		drop_note(m);
	}
	m->code = code;
}

static vv_status stage_paths(migration *m, const char *self, vv_error *err)
{
	vv_auto(vv_attr_edit) edit = {0};
	static const char *const fix[] = {"add", "--fix", "--", NULL};
	static const char *const restore[] = {"restore", "-q", "--", NULL};
	bool pointers = false, objects = false;

	vv_array_each(m->files, m->count, one) {
		pointers = pointers || one->pointer_only;
		objects = objects || one->object;
	}
	vv_status rc = m->o->export && pointers ? run_varve(m, self, restore, true, NULL, err)
						: VV_OK;
	if (rc < 0) return rc;
	if ((rc = stage_lines(m, &edit, err)) < 0 || m->count == 0 || m->o->export ||
	    (rc = write_objects(m, err)) < 0) {
		return rc;
	}
	rc = run_varve(m, self, fix, true, NULL, err);
	if (rc < 0 && m->code != 0 && !objects && !m->again) {
		take_back(m, self, &edit);
	}
	return rc;
}

/* Is HEAD where it was, and the index as the migration staged it? Git's programs do not wait for the turn: a pointer without
 * its line would be committed where one of them took .gitattributes back. */
static vv_status is_staged(bool *staged, migration *m, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*staged = false;
	if ((rc = vv_head_read(m->c->repo, &head, err)) < 0 ||
	    (rc = vv_index_open(&x, m->c->repo, err)) < 0 ||
	    ((rc = verify_keeper(m, true, err)) < 0 && rc != VV_EREFUSED)) {
		return rc;
	}
	*staged = strcmp(vv_oid_shows(&head.commit), m->begun.data) == 0 && rc == VV_OK;
	for (size_t i = 0; i < m->count && *staged; i++) {
		vv_index_entry e;
		bool pointer = false;

		*staged = vv_index_get(x, m->files[i].path, &e);
		if (*staged &&
		    (rc = vv_dataset_reader_is_pointer(m->c->reader, &e.id, &pointer, err)) < 0) {
			return rc;
		}
		/* an empty file is the same in both */
		*staged = *staged && (pointer == !m->o->export || vv_oid_is_empty_blob(&e.id));
	}
	return VV_OK;
}

static vv_status fail_changed(const migration *m, vv_error *err)
{
	drop_note(m);
	return vv_fail(
		err, VV_ECONFLICT,
		"another program changed HEAD or the index meanwhile: nothing was committed\nunstage the files that 'git status' lists, then run the command again");
}

static vv_status commit_migration(migration *m, const char *self, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT;
	const char *words[] = {"commit", "-m", m->o->message, NULL};

	if (!words[2]) {
		vv_buf_puts(&message,
			    m->o->export ? "Keep as plain text:" : "Keep as tables of varve:");
		vv_array_each(m->c->argv, m->c->argc, it) {
			vv_buf_printf(&message, " %s", *it);
		}
		words[2] = vv_buf_cstr(&message);
	}
	vv_auto(vv_buf) said = VV_BUF_INIT;
	bool staged = true;
	vv_status rc = vv_buf_ok(&message, err);

	if (rc < 0) return rc;
	rc = run_varve(m, self, words, false, &said, err);
	const bool unknown = rc < 0 && is_staged(&staged, m, VV_IGNORED) < 0;
	if (rc < 0 && !unknown && !staged && m->code == VV_EXIT_NO) {
		/* Nothing to commit, or a branch that moved: another program is why. */
		m->code = 0;
		return fail_changed(m, err);
	}
	fputs(vv_buf_cstr(&said), stderr);
	if (rc == VV_OK || unknown) return rc;
	if (staged) {
		vv_note("hint: all changes are staged: run 'varve commit' to conclude the migration, or 'git reset --hard' to discard it");
	} else {
		drop_note(m);
		vv_note("hint: another program changed HEAD or the index in the meantime; unstage the changes, then run the command again");
	}
	return rc;
}

static void print_files(const migration *m)
{
	uint64_t bytes = 0;

	vv_array_each(m->files, m->count, f) {
		bytes += f->bytes;
		vv_out("%s: %s, %s\n", vv_text_shows(f->path),
		       m->o->export ? "a table of varve"
		       : f->object  ? "of Git LFS"
				    : "text of Git",
		       vv_text_bytes(f->bytes));
	}
	vv_out("%s, %s%s\n", vv_text_counted(m->count, "file", "files"), vv_text_bytes(bytes),
	       m->o->dry_run ? "; nothing was changed" : "");
}

static int check_migrate(const vv_context *c)
{
	const options *o = c->options;

	if (o->everything) return VV_EXIT_OK;
	if (o->include.count > 0) {
		return vv_usage_error(
			"--include requires --everything; 'varve migrate %s' moves the files of "
			"today",
			vv_text_word(o->include.items[0]));
	}
	return c->argc == 0 ? vv_usage_error("migrate requires files or patterns, such as '*.csv'")
			    : VV_EXIT_OK;
}

static vv_status migrate_files(migration *m, vv_error *err)
{
	vv_auto(char) *self = vv_varve_path();
	bool staged;
	vv_status rc;

	if (!self) return vv_fail_nomem(err);
	if ((rc = check_index(m, err)) < 0 || (rc = find_files(m, err)) < 0) return rc;
	if (m->count == 0 && !m->again) {
		if (!m->o->dry_run) {
			drop_note(m);
		}
		vv_out(m->matched == 0 ? "none of these can be a table\n"
		       : m->o->export  ? "all of these are plain files already\n"
				       : "all of these are tables of varve already\n");
		return VV_OK;
	}
	print_files(m);
	if (m->o->dry_run) return VV_OK;
	if ((rc = vv_write_file(m->note, m->begun.data, m->begun.len, true, err)) < 0 ||
	    (rc = vv_repository_set_up(m->c->repo, "varve", err)) < 0 ||
	    (!m->o->export && (rc = vv_push_hook_set(m->c->repo, NULL, err)) < 0) ||
	    (rc = stage_paths(m, self, err)) < 0) {
		return rc;
	}
	if (!m->o->no_commit) {
		if ((rc = is_staged(&staged, m, err)) < 0) return rc;
		rc = staged ? commit_migration(m, self, err) : fail_changed(m, err);
		if (rc < 0) return rc;
	}
	drop_note(m);
	vv_out("older versions are unchanged\n");
	return VV_OK;
}

static vv_status run_migrate(vv_context *c, vv_error *err)
{
	vv_auto(migration) m = {.c = c, .o = c->options};
	bool named = m.o->include.count > 0;

	if (m.o->everything) {
		return migrate_history(
			c,
			&(vv_migrate_options){.patterns = named ? m.o->include.items
								: (const char *const *)c->argv,
					      .pattern_count = named ? m.o->include.count
								     : (size_t)c->argc,
					      .since = m.o->since,
					      .export = m.o->export,
					      .dry = m.o->dry_run},
			err);
	}
	const vv_status rc = migrate_files(&m, err);
	if (rc == VV_OK || m.code == 0) return rc;
	c->code = m.code; /* that varve has reported the error */
	vv_error_clear(err);
	return VV_OK;
}

static const vv_option migrate_table[] = {
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be moved"),
	OPT_FLAG(0, "export", export, "convert tables to plain text in Git"),
	OPT_ONCE('m', "message", message, "TEXT", "the message of the commit"),
	OPT_FLAG(0, "no-commit", no_commit, "stage all changes, and do not commit"),
	OPT_FLAG(0, "everything", everything, "rewrite the commits of all branches and tags"),
	OPT_LIST(0, "include", include, "PATTERN",
		 "with --everything: files that match; may be repeated"),
	OPT_STRING(0, "since", since, "REV",
		   "with --everything: only commits that REV does not reach"),
};

static const vv_option_rule option_rules[] = {
	{"--include", .excludes = "PATTERN"},
	{"--everything", .excludes = "--no-commit --message"},
	{"--since", .requires = "--everything"},
	{NULL, NULL, NULL},
};

static const vv_absent_option absent[] = {
	{"history all all-history all-branches", .use = "--everything"},
	{.names = NULL},
};

const vv_command vv_cmd_migrate = {
	.name = "migrate",
	.group = "change",
	.summary = "move tables from Git, Git LFS or DVC to varve, or back",
	.usage = "[-n] [-m TEXT | --no-commit] PATTERN...\n--export [-n] [-m TEXT | --no-commit] "
		 "PATTERN...\n--everything [--export] [-n] [--include PATTERN]... [--since REV]",
	.example = "$ varve migrate --dry-run '*.csv'\n"
		   "prices.csv: text of Git, 25.2 kB\n"
		   "1 file, 25.2 kB; nothing was changed",
	.options = migrate_table,
	.option_count = VV_OPTION_COUNT(migrate_table),
	.options_size = sizeof(options),
	.absent = absent,
	.arguments = "path",
	.rules = option_rules,
	.check = check_migrate,
	.needs = VV_NEEDS_RIGHT | VV_NEEDS_WORKTREE | VV_NEEDS_PATHS | VV_NEEDS_READER |
		 VV_NEEDS_INDEX,
	.run = run_migrate,
};
