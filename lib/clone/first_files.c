/*
 * first_files: finds files of an earlier attempt, and lets git write the others.
 *
 * Git writes files in place, and a kill would leave a partial one, indistinguishable from a file of the user: so it writes them
 * into a separate folder; whole files are moved to their places, the index last. Large tables come at the end.
 */
#include "lib/clone/first_files.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sync.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/worktree/by_git.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/last_copy.h"
#include "lib/worktree/left_out.h"
#include "repo/git/config.h"
#include "repo/git/index/worktree.h"
#include "repo/git/write_turn.h"

bool vv_first_files_there(vv_repository *repo)
{
	vv_auto(char) *index = vv_path_join(vv_repository_gitdir(repo), "index", (char *)NULL);
	vv_auto(vv_string_list) names = {0};
	const char *top = vv_repository_workdir(repo);

	/* one that cannot be listed has files */
	return top &&
	       ((index && vv_exists(index)) ||
		vv_list_dir(&names.items, &names.count, top, VV_IGNORED) < 0 || names.count > 1);
}

/* If the remote has moved since an earlier attempt, removes that attempt's unchanged files, to write them again. */
static vv_status leave_file(void *payload, const vv_change *c, vv_error *err)
{
	vv_checkout *checkout = payload;
	const vv_index_entry old = {.path = c->path, .mode = c->old_mode, .id = c->old_id};
	bool clean = false;
	vv_status rc;

	if (!c->old_mode || (rc = vv_checkout_is_clean(checkout, &old, &clean, err)) < 0 ||
	    !clean) {
		return c->old_mode ? rc : VV_OK;
	}
	rc = vv_last_copy_keep(checkout->repo, checkout->reader, checkout->index, c->path, err);
	return rc < 0 ? rc : vv_worktree_remove(checkout->repo, c->path, err);
}

/* An existing file (*stays) is complete from an earlier attempt, or the user's. */
static vv_status move_in(const char *from, const char *to, bool *stays, vv_error *err)
{
	vv_auto(vv_folder) all = {0};
	vv_stat made, there;
	vv_status rc = vv_folder_read(&all, from, false, err);

	while (rc == VV_OK && vv_folder_next(&all)) {
		vv_auto(char) *place = vv_path_join(to, all.name, (char *)NULL);

		if (!place) return vv_fail_nomem(err);
		if (vv_lstat(&there, place, VV_IGNORED) < 0) {
			rc = vv_rename(all.path, place, err);
		} else if (S_ISDIR(there.mode) && (rc = vv_lstat(&made, all.path, err)) == VV_OK &&
			   S_ISDIR(made.mode)) {
			rc = move_in(all.path, place, stays, err);
		} else {
			*stays = true;
		}
	}
	return rc;
}

/* --- files that the work tree cannot have ---------------------------------------------------------- */

static vv_status note_name(void *payload, const vv_tree_entry *e, vv_error *err)
{
	const vv_status rc = vv_path_check_plain(e->path, err);

	return rc < 0 ? rc : vv_left_out_add(payload, e->path, VV_NAME_COMES, err);
}

/* Patterns of a sparse checkout. */
typedef struct exclusions {
	vv_buf text;
	char *refused; /* a name for which git writes no file of the commit; NULL: none */
} exclusions;

static void exclusions_clear(exclusions *e)
{
	vv_buf_clear(&e->text);
	vv_free(e->refused);
}
VV_AUTO_CLEAR(exclusions, exclusions_clear)

/* A line break has no pattern, and git on Windows takes "a:b" for a drive. */
static vv_status put_exclusion(void *payload, const char *path, vv_error *err)
{
	exclusions *e = payload;

	if (strpbrk(path, "\r\n") || (vv_is_alpha(path[0]) && path[1] == ':')) {
		vv_free(e->refused);
		return vv_alloc_ok(e->refused = vv_strdup(path), err);
	}
	vv_buf_puts(&e->text, "!/");
	for (; *path; path++) {
		vv_buf_puts(&e->text, strchr("\\*?[ ", *path) ? "\\" : "");
		vv_buf_putc(&e->text, *path);
	}
	vv_buf_putc(&e->text, '\n');
	return VV_OK;
}

/* Finds the files that must be left out, and writes the patterns for git: its index then has them as outside of a sparse
 * checkout, so that no commit removes them. *file: of the patterns; NULL: nothing is left out. *refused: git would write no
 * file. */
static vv_status leave_out(char **file, bool *refused, vv_repository *repo, const vv_oid *commit,
			   vv_error *err)
{
	vv_auto(vv_left_out) l = {.repo = repo};
	vv_auto(exclusions) e = {.text = VV_BUF_INIT};
	bool applies = false;
	vv_status rc = vv_left_out_applies(&applies, repo, err);

	*file = NULL;
	if (rc < 0 || !applies || (rc = vv_tree_each(repo, commit, "", note_name, &l, err)) < 0 ||
	    (rc = vv_left_out_find(&l, err)) < 0 || !l.first) {
		return rc;
	}
	vv_buf_puts(&e.text, "/*\n");
	rc = vv_left_out_each(&l, put_exclusion, &e, err);
	rc = rc < 0 ? rc : vv_buf_ok(&e.text, err);
	if (rc == VV_OK && e.refused) {
		*refused = true;
		vv_notes_warn(vv_repository_notes(repo),
			      "no file is written, since git refuses the name '%s' on this system",
			      vv_text_shows(e.refused));
		vv_notes_hint(vv_repository_notes(repo), VV_HINT_RESTORE_SOURCE);
		return VV_OK;
	}
	vv_auto(char) *info = vv_path_join(vv_repository_commondir(repo), "info", (char *)NULL);
	vv_auto(char) *path = vv_path_join(info, "sparse-checkout", (char *)NULL);
	if (!path) return vv_fail_nomem(err);
	if (rc < 0 || (rc = vv_mkdirs(info, err)) < 0 ||
	    (rc = vv_write_file(path, e.text.data, e.text.len, false, err)) < 0) {
		return rc;
	}
	vv_left_out_warn(&l);
	*file = vv_take(&path);
	return VV_OK;
}

static vv_status write_by_git(vv_runner *git, const vv_oid *commit, const char *apart, bool show,
			      bool alone, const char *patterns, bool *stays, vv_error *err)
{
	const char *gitdir = vv_repository_gitdir(git->repo);
	vv_auto(char) *files = vv_path_join(apart, "files", (char *)NULL),
		      *index = vv_path_join(apart, "index", (char *)NULL),
		      *place = vv_path_join(gitdir, "index", (char *)NULL),
		      *setting = index ? vv_asprintf("GIT_INDEX_FILE=%s", index) : NULL;
	const char *more[] = {setting, alone ? VV_RUNNER_HERE_ONLY : NULL, NULL};
	char hex[VV_OID_TEXT + 1];
	/* Patterns must differ by case. A name that Windows lacks, and that is not written, must not stop git. */
	const char *args[] = {"-c",
			      "core.sparseCheckout=true",
			      "-c",
			      "core.sparseCheckoutCone=false",
			      "-c",
			      "core.ignoreCase=false",
			      "-c",
			      "core.protectNTFS=false",
			      "--work-tree",
			      files,
			      "read-tree",
			      show ? "-v" : "-m",
			      "-m",
			      "-u",
			      "--no-recurse-submodules",
			      hex,
			      NULL};
	bool noted = false;
	vv_status rc;

	if (!files || !place || !setting) return vv_fail_nomem(err);
	vv_oid_text(hex, commit);
	git->args = patterns ? args : args + 8;
	git->more = more;
	git->terminal = show;
	if ((rc = vv_mkdirs(files, err)) < 0 || (rc = vv_runner_run(git, err)) < 0) return rc;
	git->args = git->more = NULL;
	if (git->code != 0) return vv_runner_fail(git, "the files were not written", err);
	vv_runner_tell(git);
	if ((rc = move_in(files, vv_repository_workdir(git->repo), stays, err)) < 0 ||
	    (!*stays && (rc = vv_index_note_moved(&noted, git->repo, index, err)) < 0) ||
	    (rc = vv_fsync_path(index, err)) < 0 || (rc = vv_rename(index, place, err)) < 0 ||
	    (rc = vv_fsync_dir(gitdir, err)) < 0) {
		return rc;
	}
	*stays = !noted; /* git looks at them then */
	return VV_OK;
}

/* If two names are one file git keeps the last one. */
static vv_status warn_of_others(vv_repository *repo, bool stays, vv_error *err)
{
	vv_auto(vv_runner) look = {.repo = repo};
	bool folds = false;
	vv_status rc = vv_config_bool(repo, "core.ignorecase", false, &folds, err);

	if (rc < 0 || (!folds && !stays) || (rc = vv_runner_list_changed(&look, err)) < 0) {
		return rc;
	}
	if (look.note.changed.len > 0) {
		vv_notes_warn(vv_repository_notes(repo),
			      "'%s' differs from the commit: %s; 'git status' lists such files",
			      vv_text_shows(look.note.changed.data),
			      stays ? "an existing file was not overwritten"
				    : "another name may be the same file on this file system");
	}
	return VV_OK;
}

static vv_status write_files(vv_by_git *b, vv_first_files *f, const vv_oid *commit, bool *stays,
			     vv_error *err)
{
	vv_repository *repo = b->git.repo;
	vv_auto(char) *patterns = NULL;
	vv_auto(char) *apart = vv_path_join(vv_repository_varvedir(repo), "files", (char *)NULL),
		      *index = vv_path_join(vv_repository_gitdir(repo), "index", (char *)NULL);
	vv_status rc;

	if (!apart || !index) return vv_fail_nomem(err);
	if ((rc = vv_remove_tree(apart, err)) < 0) return rc;
	if (f->before) {
		vv_auto(vv_index) *x = NULL;
		vv_checkout checkout = {repo, b->reader, NULL};

		rc = vv_index_open(&x, repo, err);
		checkout.index = x;
		rc = rc < 0 ? rc
			    : vv_tree_changes(repo, f->before, commit, "", leave_file, &checkout,
					      err);
	} else if (vv_exists(index)) {
		return VV_OK;
	}
	const bool show = f->progress && isatty(STDERR_FILENO);
	vv_notes_end(vv_repository_notes(repo));
	rc = rc < 0 ? rc : leave_out(&patterns, &f->refused, repo, commit, err);
	if (rc < 0 || f->refused) return rc;
	rc = write_by_git(&b->git, commit, apart, show, !f->fetch, patterns, stays, err);
	if (patterns) {
		(void)vv_unlink(patterns, true, VV_IGNORED);
	}
	const vv_status removed = vv_remove_tree(apart, rc < 0 ? VV_IGNORED : err);
	return rc < 0 ? rc : removed;
}

vv_status vv_first_files_write(vv_repository *repo, vv_first_files *f, const vv_oid *commit,
			       vv_error *err)
{
	vv_auto(vv_dataset_reader) *reader = NULL;
	bool stays = false;
	vv_status rc = vv_write_turn_take(repo, err);

	if (rc < 0 || (rc = vv_dataset_reader_open(&reader, repo, f->progress, err)) < 0) return rc;
	vv_auto(vv_by_git) b = {.git = {.repo = repo}, .reader = reader, .here_only = !f->fetch};
	if ((rc = write_files(&b, f, commit, &stays, err)) == VV_OK && !f->refused &&
	    (rc = vv_by_git_place_all(&b, err)) == VV_OK) {
		rc = warn_of_others(repo, stays, err);
	}
	rc = rc < 0 ? rc : vv_repository_settle(repo, err);
	vv_notes_end(vv_repository_notes(repo));
	f->lacking = rc == VV_OK && b.lacking;
	return rc;
}
