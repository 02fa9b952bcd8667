/*
 * repository: finding and opening a Git repository as git itself would, and what
 * of Git's variables, owners and extensions is honoured.
 */
#include "repo/git/repository.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/os.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/system/user.h"
#include "base/text.h"
#include "repo/blocks/pack_list.h"
#include "repo/git/pack_check.h"
#include "repo/git/repository_internal.h"

#define ALTERNATES "GIT_ALTERNATE_OBJECT_DIRECTORIES"
#define SHALLOW_FILE_MAX (64u << 20)

/* --- opening ---------------------------------------------------------- */

/* Text allocated by libc. */
typedef char libc_text;
VV_AUTO_FREE(libc_text, free)

/* git writes HEAD as a symbolic link where core.preferSymlinkRefs is set, and libgit2 takes the branch's commit for a
 * detached HEAD, or no repository. */
static vv_status refuse_linked_head(const char *gitdir, vv_error *err)
{
	vv_auto(char) *head = vv_path_join(gitdir, "HEAD", (char *)NULL);
	vv_stat st;

	if (!head) return vv_fail_nomem(err);
	if (vv_lstat(&st, head, VV_IGNORED) < 0 || !S_ISLNK(st.mode)) return VV_OK;
	return vv_fail(err, VV_ENOSUPPORT,
		       "'%s' is a symbolic link, and varve supports only a file\n"
		       "unset core.preferSymlinkRefs, then run 'git symbolic-ref HEAD "
		       "\"$(git symbolic-ref HEAD)\"'",
		       vv_text_shows(head));
}

static vv_status not_a_repository(const char *path, vv_error *err)
{
	vv_auto(char) *gitdir = vv_path_join(path, ".git", (char *)NULL);
	char here[PATH_MAX];

	if (gitdir && refuse_linked_head(gitdir, err) < 0) return err->code;
	(void)vv_fail(err, VV_ENOTFOUND, "not a Git repository: '%s'",
		      vv_text_shows(realpath(path, here) ? here : path));
	return vv_hint_code(err, VV_HINT_INIT);
}

/* libgit2 does not support '*' in safe.directory and does not distinguish a missing setting from a
 * missing repository, so a refusal is judged again here. A folder that is missing, such as the work
 * tree, is not a refusal. */
static vv_status open_foreign(git_repository **out, const vv_env *env, const char *start,
			      unsigned flags, const char *ceilings, int code, vv_error *err)
{
	vv_auto(git_buf) found = {NULL, 0, 0};
	vv_auto(char) *folder = NULL;
	char here[PATH_MAX];

	/* Without searching discovery may not go up to the folder above. */
	if ((flags & GIT_REPOSITORY_OPEN_NO_SEARCH) != 0) {
		if (!realpath(start, here)) return not_a_repository(start, err);
		char *slash = strrchr(here, '/');
		slash[slash == here] = '\0';
		ceilings = here;
	}
	if (git_repository_discover(&found, start, (flags & GIT_REPOSITORY_OPEN_CROSS_FS) != 0,
				    ceilings) < 0) {
		git_error_clear();
		return not_a_repository(start, err);
	}
	size_t len = found.size;
	while (len > 1 && found.ptr[len - 1] == '/') {
		len--;
	}
	if (len > 5 && memcmp(found.ptr + len - 5, "/.git", 5) == 0) {
		len -= 5;
	}
	if (!(folder = vv_strndup(found.ptr, len))) return vv_fail_nomem(err);
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	code = git_repository_open_ext(out, start, flags, ceilings);
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	if (code < 0) {
		return vv_git_fail(err, code, "cannot open the repository in '%s'",
				   vv_text_shows(folder));
	}
	if (vv_config_is_safe(env, folder)) return VV_OK;
	git_repository_free(vv_take(out));
	return vv_fail(err, VV_EREFUSED,
		       "the repository in '%s' belongs to another user\n"
		       "if you trust it: git config --global --add safe.directory %s",
		       vv_text_shows(folder), vv_text_word(folder));
}

static vv_status open_at(vv_repository *r, const char *start, unsigned flags, vv_error *err)
{
	const char *ceilings = vv_env_get(r->env, "GIT_CEILING_DIRECTORIES");
	const char *cross = vv_env_get(r->env, "GIT_DISCOVERY_ACROSS_FILESYSTEM");
	int on = 0;

	if (cross && git_config_parse_bool(&on, cross) == 0 && on) {
		flags |= GIT_REPOSITORY_OPEN_CROSS_FS;
	}
	int code = git_repository_open_ext(&r->git, start, flags, ceilings);
	if (code == GIT_EOWNER || code == GIT_ENOTFOUND) {
		r->flag_owner = true;
		return open_foreign(&r->git, r->env, start, flags, ceilings, code, err);
	}
	if (code >= 0) return VV_OK;
	const git_error *last = git_error_last();
	if (last && last->message &&
	    (strstr(last->message, "unsupported extension") ||
	     strstr(last->message, "unknown object format"))) {
		(void)vv_git_fail(
			err, code,
			"the repository in '%s' uses a feature that varve does not support",
			vv_text_shows(start));
		return vv_recode(err, VV_ENOSUPPORT);
	}
	return vv_git_fail(err, code, "cannot open the repository in '%s'", vv_text_shows(start));
}

static char *folder_dup(const char *path)
{
	size_t len = path ? strlen(path) : 0;

	while (len > 1 && path[len - 1] == '/') {
		len--;
	}
	return path ? vv_strndup(path, len) : NULL;
}

/* Does the configuration set the work tree's path, or a bare repository? */
static vv_status has_work_tree_setting(const vv_repository *r, bool *out, vv_error *err)
{
	vv_auto(git_config) *cfg = NULL;
	vv_auto(git_config_entry) *e = NULL;
	int bare = 0, code = git_repository_config(&cfg, r->git);

	if (code < 0) return vv_git_fail(err, code, "cannot read the configuration");
	*out = git_config_get_entry(&e, cfg, "core.worktree") == 0 ||
	       (git_config_get_bool(&bare, cfg, "core.bare") == 0 && bare);
	git_error_clear();
	return VV_OK;
}

/* GIT_DIR without GIT_WORK_TREE: the current folder is the top of the work tree, unless the
 * configuration says otherwise (git(1)). libgit2 does not implement GIT_WORK_TREE at all. */
static vv_status apply_work_tree(vv_repository *r, vv_error *err)
{
	const char *tree = vv_env_get(r->env, "GIT_WORK_TREE");
	vv_auto(libc_text) *real = NULL;
	bool set = true;
	int code;
	vv_status rc;

	if (!tree || !*tree) {
		if ((rc = has_work_tree_setting(r, &set, err)) < 0 || set) return rc;
		tree = ".";
	}
	if (!(real = realpath(tree, NULL))) {
		return vv_fail_errno(err, "cannot use the work tree", tree);
	}
	vv_auto(char) *now = folder_dup(git_repository_workdir(
		r->git)); /* setting the same one again leaks in libgit2 1.5 */
	if ((!now || strcmp(now, real) != 0) &&
	    (code = git_repository_set_workdir(r->git, real, 0)) < 0) {
		return vv_git_fail(err, code, "cannot use the work tree '%s'", vv_text_shows(real));
	}
	return VV_OK;
}

void vv_git_follow_link(char **path)
{
	vv_stat st;
	char *real = *path && vv_lstat(&st, *path, NULL) == VV_OK && S_ISLNK(st.mode)
			     ? realpath(*path, NULL)
			     : NULL;

	if (real) {
		vv_free(*path);
		*path = vv_strdup(real);
		free(real);
	}
}

static vv_status set_paths(vv_repository *r, vv_error *err)
{
	const char *objects = vv_env_get(r->env, "GIT_OBJECT_DIRECTORY");
	const char *index = vv_env_get(r->env, "GIT_INDEX_FILE");
	vv_auto(libc_text) *cwd = getcwd(NULL, 0);

	if (!cwd) return vv_fail_errno(err, "cannot find the current folder", NULL);
	r->bare = git_repository_is_bare(r->git);
	r->gitdir = folder_dup(git_repository_path(r->git));
	r->commondir = folder_dup(git_repository_commondir(r->git));
	r->workdir = r->bare ? NULL : folder_dup(git_repository_workdir(r->git));
	r->varvedir = vv_path_join(r->commondir, "varve", NULL);
	r->statedir = vv_path_join(r->gitdir, "varve", NULL);
	/* Git reads relative ones from the top of the work tree, also in a folder below it. */
	const char *from = r->workdir ? r->workdir : cwd;
	r->objects = objects && *objects ? vv_path_absolute(from, objects)
					 : vv_path_join(r->commondir, "objects", NULL);
	r->index_file = index && *index ? vv_path_absolute(from, index)
					: vv_path_join(r->gitdir, "index", NULL);
	vv_git_follow_link(&r->index_file);
	return r->gitdir && r->commondir && (r->bare || r->workdir) && r->varvedir && r->statedir &&
			       r->objects && r->index_file
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_repository_check_packs(const vv_repository *r, vv_error *err)
{
	const char *more = vv_env_get(r->env, ALTERNATES);
	vv_status rc = vv_git_packs_stay_within(r->objects, true, err);

	while (rc == VV_OK && more && *more) {
		size_t len = strcspn(more, VV_OS_PATH_SEPARATOR);
		vv_auto(char) *dir = vv_strndup(more, len);

		rc = dir ? vv_git_packs_stay_within(dir, false, err) : vv_fail_nomem(err);
		more += len + (more[len] != '\0');
	}
	return rc;
}

static vv_status fail_objects(int code, const char *dir, vv_error *err)
{
	return vv_git_fail(err, code, "cannot open the objects in '%s'", vv_text_shows(dir));
}

static vv_status read_loose(void *odb, const char *objects, bool alternate, vv_error *err)
{
	return vv_git_read_loose(odb, objects, alternate, err);
}

/* Those of a folder that the environment names as an alternate. */
static vv_status read_loose_there(void *odb, const char *objects, bool alternate VV_UNUSED,
				  vv_error *err)
{
	return vv_git_read_loose(odb, objects, true, err);
}

/* git sets GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES for hooks that
 * judge a push whose objects are still apart. */
static vv_status open_objects(vv_repository *r, vv_error *err)
{
	const char *more = vv_env_get(r->env, ALTERNATES);
	const char *own = vv_env_get(r->env, "GIT_OBJECT_DIRECTORY");
	vv_auto(git_odb) *odb = NULL;
	int code;

	if ((own && *own &&
	     ((code = git_odb_open(&odb, r->objects)) < 0 ||
	      (code = git_repository_set_odb(r->git, odb)) < 0)) ||
	    (code = git_repository_odb(&r->odb, r->git)) < 0) {
		return fail_objects(code, r->objects, err);
	}
	vv_status rc = vv_git_each_object_folder(r->objects, read_loose, r->odb, err);
	while (rc == VV_OK && more && *more) {
		size_t len = strcspn(more, VV_OS_PATH_SEPARATOR);
		vv_auto(char) *dir = vv_strndup(more, len);

		if (!dir) return vv_fail_nomem(err);
		if (len > 0 && vv_exists(dir)) {
			if ((code = git_odb_add_disk_alternate(r->odb, dir)) < 0) {
				return fail_objects(code, dir, err);
			}
			rc = vv_git_each_object_folder(dir, read_loose_there, r->odb, err);
		}
		more += len + (more[len] != '\0');
	}
	vv_git_check_reads(r->odb);
	return rc;
}

static int compare_ids(const void *a, const void *b)
{
	return git_oid_cmp(a, b);
}

static vv_status load_shallow(vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->commondir, "shallow", NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_read_regular(&text, path, SHALLOW_FILE_MAX, err)) < 0) {
		return vv_missing_ok(rc, err);
	}
	if (!(r->shallow = vv_calloc(text.len / (GIT_OID_HEXSZ + 1) + 1, sizeof(git_oid)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i + GIT_OID_HEXSZ < text.len; i += GIT_OID_HEXSZ + 1) {
		vv_oid id;

		if (!vv_oid_parse(&id, text.data + i, GIT_OID_HEXSZ) ||
		    text.data[i + GIT_OID_HEXSZ] != '\n') {
			return vv_fail(err, VV_ECORRUPT,
				       "'%s' is damaged at byte %zu, expected a commit id",
				       vv_text_shows(path), i);
		}
		r->shallow[r->shallow_count++] = *vv_to_git(&id);
	}
	qsort(r->shallow, r->shallow_count, sizeof(git_oid), compare_ids);
	return VV_OK;
}

static vv_status see_promisor(void *payload, const char *name, const char *value,
			      const char *level VV_UNUSED, vv_error *err VV_UNUSED)
{
	int on = 0;

	if (vv_path_ends(name, ".promisor") && git_config_parse_bool(&on, value) == 0 && on) {
		*(bool *)payload = true;
	}
	git_error_clear();
	return VV_OK;
}

/* Whether objects may be only on a remote: set by an extension, or by the remote. */
static vv_status find_promisors(vv_repository *r, vv_error *err)
{
	vv_auto(char) *value = NULL;
	vv_status rc = vv_config_string(r, "extensions.partialclone", &value, err);

	r->partial = rc == VV_OK;
	if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
	return vv_config_each(r, "remote.", see_promisor, &r->partial, err);
}

/* Checks a setting that must have this value or be unset. */
static vv_status check_extension(vv_repository *r, const char *key, const char *wanted,
				 const char *fault, const char *needs, const char *hint,
				 vv_error *err)
{
	vv_auto(char) *value = NULL;
	vv_status rc = vv_config_string(r, key, &value, err);

	if (rc < 0 || strcmp(value, wanted) == 0) return vv_missing_ok(rc, err);
	(void)vv_fail(err, VV_ENOSUPPORT, "the repository %s '%s', and varve supports only %s\n%s",
		      fault, vv_text_shows(value), needs, hint);
	return VV_ENOSUPPORT;
}

static vv_status check_extensions(vv_repository *r, vv_error *err)
{
	uint64_t version = 0;
	vv_status rc = vv_config_u64(r, "core.repositoryformatversion", 0, &version, err);

	if (rc < 0 || version == 0) {
		return rc; /* extensions do not count */
	}
	if ((rc = check_extension(r, "extensions.objectformat", "sha1",
				  "names its objects with the "
				  "hash",
				  "SHA-1", "make a new one with 'git init --object-format=sha1'",
				  err)) < 0) {
		return rc;
	}
	return check_extension(r, "extensions.refstorage", "files", "stores its refs in the format",
			       "files", "convert it with 'git refs migrate --ref-format=files'",
			       err);
}

enum { GROUP = 0660, EVERYBODY = 0664 };

static bool is_one_of(const char *text, const char *a, const char *b, const char *c)
{
	return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

/* core.sharedRepository (git-config(1)): "group" and "all" add to the umask's rights, an octal
 * number replaces them. */
static vv_status set_sharing(vv_repository *r, const char *text, vv_error *err)
{
	char *end;
	int on = 0;
	vv_status rc = VV_OK;

	unsigned long octal = strtoul(text, &end, 8);
	if (is_one_of(text, "umask", "0", "false")) {
		r->share_mode = 0;
	} else if (is_one_of(text, "group", "1", "true")) {
		r->share_mode = GROUP;
	} else if (is_one_of(text, "all", "world", "everybody") || strcmp(text, "2") == 0) {
		r->share_mode = EVERYBODY;
	} else if (*text >= '0' && *text <= '7' && *end == '\0' && (octal & 0600) == 0600) {
		r->share_mode = (unsigned)octal & 0666;
		r->share_exact = true;
	} else if (git_config_parse_bool(&on, text) == 0) {
		r->share_mode = on ? GROUP : 0;
	} else {
		rc = vv_fail(
			err, VV_EUSAGE,
			"the setting 'core.sharedRepository' is '%s', expected group, all, umask "
			"or an octal mode such as 0660",
			vv_text_shows(text));
	}
	git_error_clear();
	return rc;
}

static vv_status load_sharing(vv_repository *r, vv_error *err)
{
	vv_auto(char) *text = NULL;
	vv_status rc = vv_config_string(r, "core.sharedrepository", &text, err);

	return rc < 0 ? vv_missing_ok(rc, err) : set_sharing(r, text, err);
}

/* --- discovered repositories ------------------------------------------------------ */

/* A clone may bring a folder that has the layout of a bare repository, with settings that run programs.
 * So one that was merely found is not used: one is found by its ".git", or named. */

static bool here_is_named;

void vv_repository_name_here(void)
{
	here_is_named = true;
}

static bool has_git(const char *folder)
{
	vv_auto(char) *path = vv_path_join(folder, ".git", NULL);

	return vv_exists(path);
}

/* In a Git folder of a work tree: no tree of Git's can bring such a name. */
static bool is_below_git(const char *folder)
{
	size_t len = strlen(folder);

	return strstr(folder, "/.git/") || (len >= 5 && strcmp(folder + len - 5, "/.git") == 0);
}

/* Was the repository found, from the current folder up, by its layout alone? */
static bool was_found_bare(const vv_repository *r, bool *here)
{
	vv_auto(libc_text) *at = realpath(".", NULL),
			   *gitdir = realpath(git_repository_path(r->git), NULL);

	*here = true;
	while (at && gitdir && !has_git(at)) {
		char *slash = strrchr(at, '/');

		if (strcmp(at, gitdir) == 0) return !is_below_git(at);
		if (!slash || slash == at) {
			return false; /* "/" can have no layout of others */
		}
		*slash = '\0';
		*here = false;
	}
	return false;
}

static vv_status refuse_unnamed(const vv_repository *r, vv_error *err)
{
	bool here;

	if (!was_found_bare(r, &here) || (here && here_is_named)) return VV_OK;
	vv_auto(char) *rule = vv_config_outside(r->env, "safe.barerepository");
	if (rule && strcmp(rule, "all") == 0) return VV_OK;
	(void)vv_fail(err, VV_EREFUSED,
		      "'%s' is a bare repository: such a repository must be named, "
		      "unless the setting safe.bareRepository is 'all'",
		      vv_text_shows(git_repository_path(r->git)));
	return vv_hint_code(err, VV_HINT_GIT_DIR, git_repository_path(r->git));
}

static vv_status set_up(vv_repository *r, vv_error *err)
{
	vv_status rc;

	if ((rc = set_paths(r, err)) < 0 || (rc = refuse_linked_head(r->gitdir, err)) < 0 ||
	    (rc = vv_config_load(r, err)) < 0 || (rc = check_extensions(r, err)) < 0 ||
	    (rc = find_promisors(r, err)) < 0 || (rc = load_sharing(r, err)) < 0 ||
	    (rc = open_objects(r, err)) < 0) {
		return rc;
	}
	return load_shallow(r, err);
}

static vv_status open_flags(vv_repository **out, const char *path, const vv_env *env,
			    unsigned flags, vv_error *err)
{
	const char *gitdir = path ? NULL : vv_env_get(env, "GIT_DIR"),
		   *tree = vv_env_get(env, "GIT_WORK_TREE");
	vv_auto(vv_repository) *r = NULL;
	vv_status rc;

	*out = NULL;
	if ((rc = vv_git_start(err)) < 0) return rc;
	if (!(r = vv_calloc(1, sizeof(*r)))) {
		vv_git_stop();
		return vv_fail_nomem(err);
	}
	if ((rc = vv_env_new(&r->env, vv_env_list(env), err)) < 0) return rc;
	if (gitdir && *gitdir) {
		flags = GIT_REPOSITORY_OPEN_NO_SEARCH;
		if (tree && *tree) { /* core.worktree, as submodules have it, does not count */
			flags |= GIT_REPOSITORY_OPEN_BARE;
		}
		if ((rc = open_at(r, gitdir, flags, err)) < 0 ||
		    (rc = apply_work_tree(r, err)) < 0) {
			return rc;
		}
	} else if ((rc = open_at(r, path ? path : ".", flags, err)) < 0 ||
		   (!path && (rc = refuse_unnamed(r, err)) < 0)) {
		return rc;
	}
	if ((rc = set_up(r, err)) < 0) return rc;
	return vv_hand_over(out, &r);
}

vv_status vv_repository_open_unchecked(vv_repository **out, const char *path, const vv_env *env,
				       vv_error *err)
{
	return open_flags(out, path, env, 0, err);
}

static vv_status open_checked(vv_repository **out, const char *path, const vv_env *env,
			      unsigned flags, vv_error *err)
{
	vv_status rc = open_flags(out, path, env, flags, err);

	if (rc == VV_OK && (rc = vv_repository_check_packs(*out, err)) < 0) {
		vv_repository_close(vv_take(out));
	}
	return rc;
}

vv_status vv_repository_open(vv_repository **out, const char *path, const vv_env *env,
			     vv_error *err)
{
	return open_checked(out, path, env, 0, err);
}

vv_status vv_repository_open_exactly(vv_repository **out, const char *path, const vv_env *env,
				     vv_error *err)
{
	return open_checked(out, path, env, GIT_REPOSITORY_OPEN_NO_SEARCH, err);
}

void vv_repository_close(vv_repository *r)
{
	if (!r) return;
	if (r->close_stage) {
		r->close_stage(r);
	}
	(void)vv_syncs_wait(&r->later, NULL);
	vv_syncs_clear(&r->later);
	if (r->close_walker) {
		r->close_walker(r);
	}
	for (vv_open_index *open = r->open_index; open; open = open->before) {
		open->listed = false;
	}
	if (r->close_attributes) {
		r->close_attributes(r);
	}
	if (r->mailmap) {
		r->close_mailmap(r);
	}
	if (r->expired) {
		r->close_expired(r);
	}
	vv_free(r->early_trust);
	if (r->close_index) {
		r->close_index(r);
	}
	if (!r->store_lent) {
		vv_store_close(r->store);
	}
	vv_share_own(r);
	vv_config_unload(r);
	if (r->close_heads) {
		r->close_heads(r);
	}
	if (r->close_last_blob) {
		r->close_last_blob(r);
	}
	git_odb_free(r->odb);
	git_repository_free(r->git);
	vv_free_all(r->loose_firsts, r->shallow, r->index_file, r->objects, r->statedir,
		    r->varvedir, r->commondir, r->gitdir, r->workdir);
	vv_env_free(r->env);
	if (r->close_turn) {
		r->close_turn(r);
	}
	vv_free(r);
	vv_git_stop();
}

/* --- where things are --------------------------------------------------- */

bool vv_repository_is_initialised(const vv_repository *r)
{
	/* Settings that are read are kept, which is not a visible change. */
	vv_repository *own = (vv_repository *)(uintptr_t)r;
	vv_auto(char) *process = NULL, *clean = NULL;
	vv_status rc = vv_config_string(own, "filter.varve.process", &process, NULL);

	if (rc == VV_ENOTFOUND) {
		rc = vv_config_string(own, "filter.varve.clean", &clean, NULL);
	}
	return rc == VV_OK;
}

const vv_env *vv_repository_env(const vv_repository *r)
{
	return r->env;
}

const char *vv_repository_workdir(const vv_repository *r)
{
	return r->workdir;
}

const char *vv_repository_gitdir(const vv_repository *r)
{
	return r->gitdir;
}

const char *vv_repository_commondir(const vv_repository *r)
{
	return r->commondir;
}

const char *vv_repository_objects(const vv_repository *r)
{
	return r->objects;
}

bool vv_repository_is_shallow(const vv_repository *r)
{
	return r->shallow_count > 0;
}

bool vv_repository_is_partial(const vv_repository *r)
{
	return r->partial;
}

const char *vv_repository_varvedir(const vv_repository *r)
{
	return r->varvedir;
}

const char *vv_repository_statedir(const vv_repository *r)
{
	return r->statedir;
}

vv_status vv_repository_sync(vv_repository *r, int fd, const char *path, vv_error *err)
{
	vv_status rc = vv_syncs_add(&r->later, fd, path, err);

	return rc == VV_OK ? vv_syncs_wait(&r->later, err) : rc;
}

vv_status vv_repository_settle(vv_repository *r, vv_error *err)
{
	vv_status rc;

	if (!r->unsettled) return VV_OK;
	vv_auto(char) *dir = vv_path_dir(r->index_file);
	if ((rc = vv_fsync_dir(dir, err)) < 0) {
		(void)vv_prefix(err, "the index was written, but a power failure could still lose "
				     "it");
	}
	r->unsettled = false; /* a sync that failed is not tried again and trusted */
	return rc;
}

void vv_repository_listen(vv_repository *r, const vv_notes *notes)
{
	if (r) {
		r->notes = notes;
	}
}

vv_hint_words_fn vv_repository_words(const vv_repository *r)
{
	return r && r->notes ? r->notes->words : NULL;
}

const vv_notes *vv_repository_notes(const vv_repository *r)
{
	return r ? r->notes : NULL;
}

bool vv_repository_is_bare(const vv_repository *r)
{
	return r->bare;
}

#define SECRET_DIGITS 16u

/* Where `absolute` is below the work tree by its real folders: the longest part
 * in front whose real path is the work tree. NULL when there is none. */
static vv_status below_by_real_path(const char **out, const char *workdir, const char *absolute,
				    vv_error *err)
{
	vv_auto(char) *part = vv_strdup(absolute);
	const size_t root = vv_os_root_len(absolute); /* "C:" alone is the current folder */

	*out = NULL;
	if (!part) return vv_fail_nomem(err);
	for (size_t len = strlen(part); len > root; len--) {
		if (absolute[len] != '\0' && absolute[len] != '/') {
			continue;
		}
		part[len] = '\0';
		vv_auto(libc_text) *real = realpath(part, NULL);
		if (real && strcmp(real, workdir) == 0) {
			*out = absolute[len] ? absolute + len + 1 : "";
			break;
		}
	}
	return VV_OK;
}

/* Names the first folder of the path that is a symbolic link, as git refuses it. */
static vv_status check_links(const vv_repository *r, const char *relative, vv_error *err)
{
	for (const char *slash = relative; (slash = strchr(slash, '/')); slash++) {
		vv_auto(char) *head = vv_strndup(relative, (size_t)(slash - relative));
		vv_auto(char) *file = head ? vv_path_join(r->workdir, head, NULL) : NULL;
		vv_stat st;

		if (!file) return vv_fail_nomem(err);
		if (vv_lstat(&st, file, NULL) == VV_OK && S_ISLNK(st.mode)) {
			return vv_fail(err, VV_EUSAGE,
				       "the path '%s' leads through the symbolic "
				       "link '%s'",
				       vv_text_shows(relative), vv_text_shows(head));
		}
	}
	return VV_OK;
}

/* Writes each part of the path as its folder has it. */
static vv_status spell_path(char **relative, const vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	char name[1024];

	if (!**relative) return VV_OK;
	for (char *part = *relative, *end; *part; part = *end ? end + 1 : end) {
		end = part + strcspn(part, "/");
		vv_auto(char) *head = vv_strndup(*relative, (size_t)(end - *relative));
		vv_auto(char) *file = head ? vv_path_join(r->workdir, head, NULL) : NULL;

		if (!file) return vv_fail_nomem(err);
		vv_buf_puts(&out, out.len > 0 ? "/" : "");
		if (vv_os_spelling(name, sizeof(name), file)) {
			vv_buf_puts(&out, name);
		} else {
			vv_buf_put(&out, part, (size_t)(end - part));
		}
	}
	if (vv_buf_ok(&out, err) < 0) return VV_ENOMEM;
	vv_free(*relative);
	*relative = vv_buf_detach(&out);
	return *relative ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_repository_relative(char **out, vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(libc_text) *cwd = NULL;
	vv_auto(char) *absolute = NULL, *relative = NULL;
	vv_status rc;

	*out = NULL;
	if (!*path) return vv_fail(err, VV_EUSAGE, "the path is empty");
	if (r->workdir && !(cwd = getcwd(NULL, 0))) {
		return vv_fail_errno(err, "cannot find the current folder", NULL);
	}
	if (!(absolute = vv_path_absolute(cwd ? cwd : "/", path))) return vv_fail_nomem(err);
	if (!cwd) return vv_alloc_ok(*out = vv_strdup(absolute + 1), err);
	const char *below = vv_path_below(r->workdir, absolute);
	if (!below && (rc = below_by_real_path(&below, r->workdir, absolute, err)) < 0) return rc;
	if (!below) {
		return vv_fail(err, VV_EUSAGE, "'%s' is outside the work tree '%s'",
			       vv_text_shows(path), vv_text_shows(r->workdir));
	}
	if (!(relative = vv_strdup(below))) return vv_fail_nomem(err);
	if ((rc = check_links(r, relative, err)) < 0) return rc;
	if ((rc = spell_path(&relative, r, err)) < 0) return rc;
	return vv_hand_over(out, &relative);
}

char *vv_repository_file(const vv_repository *r, const char *relative)
{
	if (!r->workdir) return NULL;
	return *relative ? vv_path_join(r->workdir, relative, NULL) : vv_strdup(r->workdir);
}

int vv_repository_open_top(const vv_repository *r, vv_error *err)
{
	return r->workdir ? vv_open(r->workdir, O_RDONLY | O_DIRECTORY, 0, err)
			  : (int)vv_fail(err, VV_EUSAGE, "a bare repository has no work tree");
}

/* A folder of another user, or a link to elsewhere, is not treated as our store. */
static vv_status check_folder(const vv_repository *r, vv_error *err)
{
	vv_stat own, git;
	vv_status rc = vv_lstat(&own, r->varvedir, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if ((rc = vv_lstat(&git, r->commondir, err)) < 0) return rc;
	if (!S_ISDIR(own.mode)) {
		return vv_fail(err, VV_EREFUSED, "'%s' is not a folder",
			       vv_text_shows(r->varvedir));
	}
	if (own.uid == (uint32_t)geteuid() || own.uid == git.uid || r->flag_owner ||
	    r->share_mode != 0) {
		return VV_OK;
	}
	return vv_fail(err, VV_EREFUSED, "'%s' belongs to another user",
		       vv_text_shows(r->varvedir));
}

vv_status vv_repository_store(vv_repository *r, vv_store **out, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!r->store && (rc = check_folder(r, err)) == VV_OK) {
		vv_auto(char) *roll = vv_path_join(r->varvedir, "cache", "packs", (char *)NULL);

		if (!roll) return vv_fail_nomem(err);
		if ((rc = vv_store_open(&r->store, r->varvedir, vv_repository_is_initialised(r),
					err)) == VV_OK) {
			rc = vv_store_keep_roll(r->store, roll, err);
		}
	}
	*out = rc == VV_OK ? r->store : NULL;
	return rc;
}

static bool parse_secret(const vv_buf *text, uint64_t *out)
{
	uint64_t v = 0;

	if (text->len != SECRET_DIGITS + 1 || text->data[SECRET_DIGITS] != '\n') return false;
	for (size_t i = 0; i < SECRET_DIGITS; i++) {
		char c = text->data[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
		v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*out = v;
	return true;
}

/* The whole content of a new file. */
static vv_status write_new(const char *path, const char *text, size_t len, vv_error *err)
{
	int fd = vv_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = vv_write_full(fd, text, len, path, err);
	return vv_close_after(rc, fd, path, err);
}

static vv_status make_secret(const vv_repository *r, const char *path, vv_error *err)
{
	char text[SECRET_DIGITS + 2];
	char name[sizeof("secret-") + VV_TEMP_RANDOM] = "secret-";
	vv_auto(char) *temp = NULL;
	uint64_t value;
	vv_status rc;

	vv_random(&value, sizeof(value));
	(void)snprintf(text, sizeof(text), "%016llx\n", (unsigned long long)value);
	vv_temp_name(name + strlen(name));
	if ((rc = vv_mkdirs(r->varvedir, err)) < 0) return rc;
	vv_temp_sweep(r->varvedir, "secret-");
	if (!(temp = vv_path_join(r->varvedir, name, NULL))) return vv_fail_nomem(err);
	if ((rc = write_new(temp, text, SECRET_DIGITS + 1, err)) < 0 ||
	    (rc = vv_rename(temp, path, err)) < 0) {
		(void)vv_unlink(temp, true, NULL);
	}
	return rc;
}

void vv_repository_stay_dry(vv_repository *r)
{
	r->dry = true;
}

bool vv_repository_has_secret(const vv_repository *r)
{
	vv_auto(char) *path = r->has_secret ? NULL : vv_path_join(r->varvedir, "secret", NULL);

	return r->has_secret || (path && vv_exists(path));
}

vv_status vv_repository_secret(vv_repository *r, uint64_t *out, vv_error *err)
{
	vv_auto(char) *path = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!r->has_secret && !(path = vv_path_join(r->varvedir, "secret", NULL))) {
		return vv_fail_nomem(err);
	}
	for (int tries = 0; tries < 2 && !r->has_secret;
	     tries++) { /* the read value counts: two processes may make one at the same time */
		vv_buf_reset(&text);
		rc = vv_read_regular(&text, path, 4096, err);
		r->has_secret = rc == VV_OK && parse_secret(&text, &r->secret);
		if (!r->has_secret && r->dry && (rc == VV_OK || rc == VV_ENOTFOUND)) {
			vv_random(&r->secret, sizeof(r->secret));
			r->has_secret = true;
		}
		if (!r->has_secret &&
		    ((rc < 0 && rc != VV_ENOTFOUND) || (rc = make_secret(r, path, err)) < 0)) {
			return vv_hint_folder(rc, path, err);
		}
	}
	*out = r->secret;
	return r->has_secret ? VV_OK
			     : vv_fail(err, VV_EIO, "cannot create '%s'", vv_text_shows(path));
}
