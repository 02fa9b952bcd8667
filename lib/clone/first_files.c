/*
 * first_files: which files an earlier attempt may have left, and when git writes them.
 *
 * Git writes files in place, and a kill would leave half of one, which nobody could tell from a file of the user's: so it
 * writes them into a folder apart, from where they get to their places whole, and its index last.
 */
#include "lib/clone/first_files.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "lib/worktree/checkout.h"
#include "repo/git/config.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/run_git.h"
#include "repo/known/incomplete.h"

typedef struct standing {
	vv_repository *repo;
	vv_index *index;
} standing;

/* Is it what the tree has, byte for byte: a table's pointer too, which is written anew? */
static bool is_blob(const char *file, const vv_stat *st, const vv_oid *id)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_oid is;
	return S_ISREG(st->mode) && st->size <= VV_POINTER_MAX &&
	       vv_read_regular(&bytes, file, VV_POINTER_MAX, VV_IGNORED) == VV_OK &&
	       vv_blob_id(vv_buf_cstr(&bytes), bytes.len, &is, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&is, id);
}

/* A file that is there is as an earlier attempt wrote it, whole, or as the user has it by now. */
static vv_status take_standing(void *payload, const vv_tree_entry *t, vv_error *err)
{
	standing *s = payload;
	vv_auto(char) *file = vv_repository_file(s->repo, t->path);
	vv_index_entry known;
	vv_stat st;
	vv_status rc = VV_OK;

	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_worktree_check_above(s->repo, t->path, err)) < 0) return rc;
	/* The index is written last: what it has was done. */
	if (!vv_index_get(s->index, t->path, &known) && vv_lstat(&st, file, VV_IGNORED) == VV_OK &&
	    !S_ISDIR(st.mode)) {
		rc = is_blob(file, &st, &t->id)
			     ? vv_unlink(file, true, err)
			     : vv_index_set(s->index, t->path, t->mode, &t->id, NULL, err);
	}
	return rc;
}

static vv_status write_one(void *payload, const vv_tree_entry *t, vv_error *err)
{
	vv_checkout *checkout = payload;
	vv_index_entry known;
	vv_status rc = VV_OK;

	if (!vv_index_get(checkout->index, t->path, &known)) {
		rc = vv_checkout_write(checkout, t->path, t->mode, &t->id, true, err);
	}
	if (strcmp(vv_path_base(t->path), ".gitattributes") == 0) {
		vv_attr_flush(checkout->repo);
	}
	return rc;
}

/* The remote has gone on since an earlier attempt: what that wrote goes, to be written anew. */
static vv_status leave(void *payload, const vv_change *c, vv_error *err)
{
	vv_checkout *checkout = payload;
	vv_index *index = checkout->index;
	vv_index_entry known;
	vv_status rc = VV_EREFUSED;

	if (!vv_index_get(index, c->path, &known)) return VV_OK;
	if (vv_oid_equal(&known.id, &c->old_id)) {
		rc = vv_checkout_give_way(checkout->repo, checkout->reader, index, c->path, err);
	}
	if (rc == VV_OK) return vv_checkout_remove(checkout, c->path, true, err);
	if (rc != VV_EREFUSED) return rc;
	return c->new_mode ? vv_index_set(index, c->path, c->new_mode, &c->new_id, NULL, err)
			   : vv_index_remove(index, c->path, err);
}

static vv_status write_all(vv_repository *repo, const vv_first_files *f, vv_checkout *checkout,
			   const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(repo);
	standing there = {repo, checkout->index};
	vv_status rc = VV_OK;

	if (f->resumed && f->before &&
	    ((rc = vv_tree_each(repo, f->before, "", take_standing, &there, err)) < 0 ||
	     (rc = vv_tree_changes(repo, f->before, commit, "", leave, checkout, err)) < 0)) {
		return rc;
	}
	if ((f->resumed && (rc = vv_tree_each(repo, commit, "", take_standing, &there, err)) < 0) ||
	    (rc = vv_tree_each(repo, commit, "", write_one, checkout, err)) < 0) {
		return rc;
	}
	return vv_index_write(checkout->index,
			      err); /* files without it are what take_standing knows */
}

bool vv_first_files_there(vv_repository *repo)
{
	vv_auto(char) *index = vv_path_join(vv_repository_gitdir(repo), "index", (char *)NULL);
	char **names;
	const char *top = vv_repository_workdir(repo);
	size_t count = 2; /* if it cannot be listed */
	bool has = index && vv_exists(index);

	if (!has && top && vv_list_dir(&names, &count, top, VV_IGNORED) == VV_OK) {
		vv_names_free(names, count);
	}
	return top && (has || count > 1);
}

/* --- by git ------------------------------------------------------------------------------------- */

/* Is it known that none of its files is a table, and is each name one file here? */
static bool is_for_git(vv_repository *repo, const vv_oid *commit)
{
	vv_auto_free vv_oid *plain = NULL;
	bool folds = true, unicode = true;
	size_t count = 0, i = 0;

	if (vv_plain_tips_read(repo, &plain, &count, VV_IGNORED) < 0 ||
	    vv_config_bool(repo, "core.ignorecase", false, &folds, VV_IGNORED) < 0 ||
	    vv_config_bool(repo, "core.precomposeunicode", false, &unicode, VV_IGNORED) < 0) {
		return false;
	}
	while (i < count && !vv_oid_equal(&plain[i], commit)) {
		i++;
	}
	return i < count && !folds && !unicode;
}

static vv_status move_all(vv_repository *repo, const char *files, const char *index, vv_error *err)
{
	const char *gitdir = vv_repository_gitdir(repo);
	vv_auto(char) *place = vv_path_join(gitdir, "index", (char *)NULL);
	/* Those at the top have another time of change now. */
	static const char *const args[] = {"update-index", "-q", "--refresh", NULL};
	const vv_git_call call = {.args = args, .repo = repo, .in_worktree = true};
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_auto(vv_syncs) syncs = {0};
	vv_auto(vv_folder) all = {0};
	int code = 0;
	vv_status rc = vv_folder_read(&all, files, false, err);

	while (rc == VV_OK && vv_folder_next(&all)) {
		vv_auto(char) *to = vv_repository_file(repo, all.name);
		rc = vv_rename(all.path, to, err);
	}
	if (rc < 0 || (rc = vv_rename(index, place, err)) < 0 ||
	    (rc = vv_git_run(&call, &said, &code, err)) < 0 ||
	    (rc = vv_syncs_add_path(&syncs, place, err)) < 0 ||
	    (rc = vv_syncs_add_path(&syncs, gitdir, err)) < 0) {
		return rc;
	}
	return vv_syncs_wait(&syncs, err);
}

/* False: it could not, or not all of it, and left what it did as an earlier attempt. */
static bool git_writes(vv_repository *repo, const vv_first_files *f, const vv_oid *commit,
		       const char *apart)
{
	vv_auto(char) *files = vv_path_join(apart, "files", (char *)NULL),
		      *index = vv_path_join(apart, "index", (char *)NULL);
	const bool show = f->progress && isatty(STDERR_FILENO);
	const char *args[] = {"--work-tree",
			      files ? files : "",
			      "read-tree",
			      show ? "-v" : "-m",
			      "-m",
			      "-u",
			      "--no-recurse-submodules",
			      vv_oid_shows(commit),
			      NULL};
	const char *more[] = {NULL, NULL};
	vv_auto(char) *setting = vv_asprintf("GIT_INDEX_FILE=%s", index ? index : "");
	more[0] = setting;
	const vv_git_call run = {.args = args, .repo = repo, .more = more, .show = show};

	if (show) {
		vv_notes_end(vv_repository_notes(repo));
	}
	return setting && index && vv_mkdirs(files, VV_IGNORED) == VV_OK &&
	       vv_git_must(&run, "the files", VV_IGNORED) == VV_OK &&
	       !vv_first_files_there(repo) && /* of the user's, meanwhile */
	       move_all(repo, files, index, VV_IGNORED) == VV_OK;
}

vv_status vv_first_files_write(vv_repository *repo, vv_first_files *f, const vv_oid *commit,
			       vv_error *err)
{
	vv_auto(char) *apart = vv_path_join(vv_repository_varvedir(repo), "files", (char *)NULL);
	vv_auto(vv_index) *index = NULL;
	vv_auto(vv_dataset_reader) *reader = NULL;
	vv_checkout checkout = {0};
	vv_status rc = vv_remove_tree(apart, err);

	if (rc < 0) return rc;
	if (!f->resumed && is_for_git(repo, commit)) {
		f->resumed = !git_writes(repo, f, commit, apart);
		if ((rc = vv_remove_tree(apart, err)) < 0 || !f->resumed) return rc;
	}
	if ((rc = vv_index_open(&index, repo, err)) == VV_OK &&
	    (rc = vv_dataset_reader_open(&reader, repo, f->progress, err)) == VV_OK) {
		vv_checkout_init(&checkout, repo, reader, index);
		checkout.pointer_ok = true;
		checkout.fetch = f->fetch;
		if ((rc = write_all(repo, f, &checkout, commit, err)) == VV_OK) {
			rc = vv_repository_settle(repo, err);
		}
		vv_notes_end(vv_repository_notes(repo));
		if (rc == VV_OK) {
			f->lacking = vv_checkout_note_missing(&checkout);
		}
		vv_checkout_clear(&checkout);
	}
	return rc;
}
