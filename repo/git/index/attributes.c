/*
 * attributes: gets a path's attributes from git, and derives their effect on a file's content.
 *
 * One `git check-attr --stdin` runs as long as the attribute files that it may have read are unchanged. libgit2 differs for
 * quoted patterns or brackets, repeated macros, and invalid lines.
 *
 * For a tree (a bare repository's HEAD, an index only in memory) the attribute files of a path's folders are written to a
 * separate folder, used as git's work tree: git could not find all of the tree's objects.
 */
#include "repo/git/index/attributes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/attributes_internal.h"
#include "repo/git/index/index_file.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"
#include "repo/git/tree_internal.h"

#define NAME ".gitattributes"
#define FILE_BYTES_MAX ((size_t)100 << 20) /* Git reads none that is larger */
#define NAMES_MAX 9u
#define APART "varve-attributes-" /* begins the name of a folder apart */
#define AHEAD_MAX 256u

enum { FILTER, DIFF, MERGE, TEXT, CRLF, EOL, IDENT, ENCODING, READER, NAMES };
static const char *const asked[] = {"filter",      "diff", "merge", "text",
				    "crlf",        "eol",  "ident", "working-tree-encoding",
				    "varve-reader"};
_Static_assert(NAMES == sizeof(asked) / sizeof(*asked) && NAMES <= NAMES_MAX, "each has its name");

typedef struct vv_attr_asker {
	vv_repository *repo;
	const char *const *names;
	size_t name_count;
	vv_child git;  /* pid 0: none runs */
	char *files;   /* the separate folder; NULL: uses the work tree's files */
	vv_buf stamp;  /* identifies the files that git has read */
	unsigned hold; /* during which that was looked at; 0: during none */
	vv_buf answers; /* to the last question: "path NUL name NUL value NUL", for each path and name */
	size_t at;      /* of the last found answer */
	size_t next,
		ahead; /* the index's entry after the last question, and how many are requested at once */
} vv_attr_asker;

/* --- git ----------------------------------------------------------------------------- */

/* Forgets what git has read. */
static void reset_asker(vv_attr_asker *a)
{
	vv_child_stop(&a->git);
	if (a->files) {
		(void)vv_remove_tree(a->files, VV_IGNORED);
	}
	vv_free(vv_take(&a->files));
	a->hold = 0;
	a->stamp.len = a->answers.len = a->at = a->next = a->ahead = 0;
}

static void asker_free(vv_attr_asker *a)
{
	if (!a) return;
	reset_asker(a);
	vv_buf_clear_all(&a->stamp, &a->answers);
	vv_free(a);
}

static vv_attr_asker *asker_new(vv_repository *r, const char *const *names, size_t count)
{
	vv_attr_asker *a = vv_calloc(1, sizeof(*a));

	if (a) {
		*a = (vv_attr_asker){.repo = r, .names = names, .name_count = count};
	}
	return a;
}

static void close_asker(vv_repository *r)
{
	asker_free(vv_take(&r->attributes));
}

/* Removes leftovers of dead processes there. */
static vv_status make_folder(vv_attr_asker *a, vv_error *err)
{
	const char *dir = vv_env_temp_dir(a->repo->env);
	char name[sizeof(APART) + VV_TEMP_RANDOM] = APART;

	vv_temp_sweep(dir, APART);
	vv_temp_name(name + strlen(name));
	vv_auto(char) *made = vv_path_join(dir, name, NULL);
	if (!made) return vv_fail_nomem(err);
	if (mkdir(made, 0700) < 0) {
		return vv_fail_errno(err, "cannot make a temporary folder", made);
	}
	return vv_hand_over(&a->files, &made);
}

static vv_status start_asker(vv_attr_asker *a, vv_error *err)
{
	const char *args[NAMES_MAX + 6];
	vv_auto(char) *index = a->files ? vv_asprintf("GIT_INDEX_FILE=%s/index", a->files)
					: vv_asprintf("GIT_INDEX_FILE=%s", a->repo->index_file);
	const char *const more[] = {index, NULL};
	const vv_git_call call = {
		.args = args, .repo = a->repo, .in_worktree = !a->files, .more = more};
	size_t n = 0;

	if (!index) return vv_fail_nomem(err);
	if (a->files) {
		args[n++] = "--work-tree";
		args[n++] = a->files;
	}
	args[n++] = "check-attr";
	args[n++] = "--stdin";
	args[n++] = "-z";
	for (size_t i = 0; i < a->name_count; i++) {
		args[n++] = a->names[i];
	}
	args[n] = NULL;
	return vv_git_talk(&a->git, &call, err);
}

/* paths: each ended by a NUL. */
static vv_status exchange_paths(vv_attr_asker *a, const vv_buf *paths, size_t count, vv_error *err)
{
	vv_status rc = a->git.pid > 0 ? VV_OK : start_asker(a, err);

	vv_buf_reset(&a->answers);
	a->at = 0;
	rc = rc < 0 ? rc
		    : vv_git_ask(&a->git, paths, '\0', count * a->name_count * 3, &a->answers, err);
	if (rc == VV_EIO) {
		vv_hint(err, "'git check-attr filter FILE' shows the reason");
	}
	if (rc < 0) {
		reset_asker(a);
	}
	return rc;
}

/* --- what git has read ----------------------------------------------------------------- */

/* Is the open index in memory used? */
static bool is_alone(const vv_repository *r)
{
	return r->open_index && r->open_index->attributes;
}

/* A pipe's writer would be waited for. Zeros: it is not there. */
static vv_status stat_regular(vv_stat *st, const char *file, vv_error *err)
{
	const vv_status rc = vv_lstat(st, file, err);

	if (rc < 0) {
		memset(st, 0, sizeof(*st));
		return vv_missing_ok(rc, err);
	}
	return S_ISREG(st->mode) || S_ISLNK(st->mode) || S_ISDIR(st->mode)
		       ? VV_OK
		       : vv_fail(err, VV_EREFUSED, "'%s' is not a regular file",
				 vv_text_shows(file));
}

/* For a conflict in the index our side. */
static bool find_in_index(git_index *git, const char *path, git_oid *id)
{
	const git_index_entry *e = git_index_get_bypath(git, path, 0);

	e = e ? e : git_index_get_bypath(git, path, 2);
	git_error_clear();
	if (!e || !(S_ISREG(e->mode) || S_ISLNK(e->mode))) return false;
	*id = e->id;
	return true;
}

/* Without the time at which links to it changed: a journal of ours links files. */
static void put_stat(vv_buf *stamp, const vv_stat *st)
{
	const uint64_t is[] = {st->size, (uint64_t)st->mtime_sec, st->mtime_nsec, st->ino,
			       st->mode};

	vv_buf_put(stamp, is, sizeof(is));
}

/* Appends the stats of .gitattributes in all folders of a path; for a missing one its index entry. */
static vv_status put_stats(vv_buf *stamp, const vv_repository *r, git_index *index,
			   const char *path, vv_error *err)
{
	const char *end = path;
	git_oid id;
	vv_stat st;
	vv_status rc;

	while (end) { /* before each name of the path */
		vv_auto(char) *file = vv_asprintf("%s/%.*s" NAME, r->workdir, (int)(end - path),
						  path);
		if ((rc = vv_alloc_ok(file, err)) < 0 || (rc = stat_regular(&st, file, err)) < 0) {
			return rc;
		}
		put_stat(stamp, &st);
		if (st.ino == 0 && index &&
		    find_in_index(index, file + strlen(r->workdir) + 1, &id)) {
			vv_buf_put(stamp, &id, sizeof(id));
		}
		end = strchr(end, '/');
		end = end ? end + 1 : NULL;
	}
	return vv_buf_ok(stamp, err);
}

vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(vv_buf) stamp = VV_BUF_INIT;

	return r->bare || !r->workdir ? VV_OK : put_stats(&stamp, r, NULL, path, err);
}

/* It includes the folder, since git has read only its files, and those of recent ones. */
static vv_status stamp_of_files(vv_buf *stamp, vv_repository *r, const char *path, vv_error *err)
{
	vv_auto(char) *info = vv_path_join(r->commondir, "info", "attributes", NULL),
		      *config = vv_path_join(r->commondir, "config", NULL);
	const char *const files[] = {info, config};
	vv_index_file *index = NULL;
	vv_status rc = info && config ? VV_OK : vv_fail_nomem(err);
	int code = rc < 0 || r->open_index ? 0 : vv_index_file_open(&index, r);
	vv_stat st;

	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the index '%s'",
				   vv_text_shows(r->index_file));
	}
	for (size_t i = 0; rc == VV_OK && i < sizeof(files) / sizeof(*files); i++) {
		if ((rc = stat_regular(&st, files[i], err)) == VV_OK) {
			put_stat(stamp, &st);
		}
	}
	vv_buf_put(stamp, path, (size_t)(vv_path_base(path) - path));
	if (rc == VV_OK) {
		rc = put_stats(stamp, r, index ? index->git : r->open_index->git, path, err);
	}
	vv_index_file_close(index);
	return rc;
}

/* A repository without a commit has none. */
static vv_status find_in_head(vv_repository *r, const char *path, git_oid *id, bool *found,
			      vv_error *err)
{
	vv_auto(vv_head) head = {0};
	uint32_t mode = 0;
	git_oid tree;
	vv_status rc = vv_head_read(r, &head, err);

	if (rc == VV_OK && !vv_oid_is_null(&head.commit)) {
		if ((rc = vv_commit_tree(r, &head.commit, &tree, err)) == VV_OK) {
			rc = vv_tree_find(r, &tree, path, &mode, id, err);
		}
	}
	*found = S_ISREG(mode) || S_ISLNK(mode);
	return rc;
}

/* The bytes to the folder apart. git reads none that is too large, nothing after a NUL of a blob, and has no such mark at
 * its beginning for a mark. */
static vv_status put_apart(vv_attr_asker *a, const char *path, const char *bytes, size_t len,
			   vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_path_check_plain(path, err);

	if (rc < 0 || (!a->files && (rc = make_folder(a, err)) < 0)) return rc;
	if (!(file = vv_path_join(a->files, path, NULL))) return vv_fail_nomem(err);
	vv_buf_puts(&text, len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? "\n" : "");
	vv_buf_put(&text, bytes, strnlen(bytes, len));
	if ((rc = vv_buf_ok(&text, err)) < 0 || (rc = vv_mkdirs_above(file, err)) < 0) return rc;
	return vv_write_file(file, vv_buf_cstr(&text), text.len, false, err);
}

/* A .gitattributes of the tree, by its path; one that is not there becomes an empty one. */
static vv_status put_blob(vv_attr_asker *a, const char *path, vv_error *err)
{
	vv_repository *r = a->repo;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *there = a->files ? vv_path_join(a->files, path, NULL) : NULL;
	bool found = false;
	git_oid id;
	vv_status rc = VV_OK;

	if (vv_exists(there)) return VV_OK;
	if (is_alone(r)) {
		found = find_in_index(r->open_index->git, path, &id);
	} else if ((rc = find_in_head(r, path, &id, &found, err)) < 0) {
		return rc;
	}
	if (found) {
		rc = vv_blob_read(r, vv_from_git(&id), FILE_BYTES_MAX - 1, &text, err);
	}
	rc = vv_error_excuse(rc, rc == VV_ENOTFOUND || rc == VV_EREFUSED, err);
	return rc < 0 ? rc : put_apart(a, path, vv_buf_cstr(&text), text.len, err);
}

/* From the path's own folder up to the top. */
static vv_status put_blobs(vv_attr_asker *a, const char *path, vv_error *err)
{
	size_t len = (size_t)(vv_path_base(path) - path);

	for (;;) {
		vv_auto(char) *file = vv_asprintf("%.*s" NAME, (int)len, path);
		vv_status rc = vv_alloc_ok(file, err);

		if (rc < 0 || (rc = put_blob(a, file, err)) < 0 || len == 0) return rc;
		for (len--; len > 0 && path[len - 1] != '/'; len--) {
		}
	}
}

static vv_status put_ids(vv_buf *stamp, git_index *git, vv_error *err)
{
	for (size_t i = 0; i < git_index_entrycount(git); i++) {
		const git_index_entry *e = git_index_get_byindex(git, i);

		if (strcmp(vv_path_base(e->path), NAME) == 0) {
			vv_buf_put(stamp, e->path, strlen(e->path));
			vv_buf_put(stamp, &e->id, sizeof(e->id));
		}
	}
	return vv_buf_ok(stamp, err);
}

/* Ends a git that has read outdated files, and prepares the files for the next. */
static vv_status renew_asker(vv_attr_asker *a, const char *path, bool of_tree, vv_error *err)
{
	vv_repository *r = a->repo;
	vv_auto(vv_buf) stamp = VV_BUF_INIT;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	if (r->attr_holds > 0 && a->hold == r->attr_hold && !is_alone(r)) {
		return of_tree ? put_blobs(a, path, err) : VV_OK;
	}
	vv_buf_putc(&stamp, is_alone(r) ? 'i' : of_tree ? 't' : 'w');
	if (is_alone(r)) {
		rc = put_ids(&stamp, r->open_index->git, err);
	} else if (of_tree) {
		if ((rc = vv_head_read(r, &head, err)) == VV_OK) {
			vv_buf_put(&stamp, &head.commit, sizeof(head.commit));
			rc = vv_buf_ok(&stamp, err);
		}
	} else {
		rc = stamp_of_files(&stamp, r, path, err);
	}
	if (rc < 0) return rc;
	if (stamp.len != a->stamp.len || memcmp(stamp.data, a->stamp.data, stamp.len) != 0) {
		reset_asker(a);
		vv_buf_set(&a->stamp, stamp.data, stamp.len);
	}
	a->hold = r->attr_holds > 0 ? r->attr_hold : 0;
	return of_tree ? put_blobs(a, path, err) : VV_OK;
}

/* --- asking ------------------------------------------------------------------------ */

/* After count strings. */
static const char *skip_strings(const char *p, size_t count)
{
	while (count-- > 0) {
		p += strlen(p) + 1;
	}
	return p;
}

/* Starts at the last found answer: loops continue from path to path. */
static bool find_answer(vv_attr_asker *a, const char *path)
{
	const char *p = vv_buf_cstr(&a->answers);

	for (size_t at = a->at; at < a->answers.len;
	     at = (size_t)(skip_strings(p + at, a->name_count * 3) - p)) {
		if (strcmp(p + at, path) == 0) {
			a->at = at;
			return true;
		}
	}
	return false;
}

static bool is_beside(const char *a, const char *b)
{
	const size_t folder = (size_t)(vv_path_base(a) - a);

	return strncmp(a, b, folder) == 0 && !strchr(b + folder, '/');
}

/* NULL: none. */
static const char *next_name(const vv_buf *names, const char *path)
{
	path += strlen(path) + 1;
	return path < names->data + names->len ? path : NULL;
}

static const char *next_entry(git_index *git, size_t *at)
{
	return ++*at < git_index_entrycount(git) ? git_index_get_byindex(git, *at)->path : NULL;
}

/* Appends what comes after the path where one is looked at after the other: in a list of names that it is borrowed from, or in
 * the index. */
static vv_status put_next(vv_attr_asker *a, vv_buf *paths, const char *path, size_t *count,
			  vv_error *err)
{
	git_index *git = a->repo->open_index ? a->repo->open_index->git : NULL;
	const vv_buf *names = a->repo->attr_names;
	const bool listed = names && (uintptr_t)path - (uintptr_t)names->data < names->len;
	size_t at = a->next, n = 1;

	if (!listed && (!git || git_index_find(&at, git, path) < 0)) {
		git_error_clear();
		return VV_OK;
	}
	if (listed) {
		a->ahead = AHEAD_MAX;
	} else if (at < a->next || at - a->next > 2 * a->ahead) {
		a->ahead = 1;
	} else if (a->ahead < AHEAD_MAX) {
		a->ahead = 2 * a->ahead;
	}
	for (const char *next; n < a->ahead; path = next, n++) {
		next = listed ? next_name(names, path) : next_entry(git, &at);
		if (!next || paths->len + strlen(next) >= VV_GIT_ASK_MAX ||
		    (!is_beside(next, path) && vv_attr_can_be_read(a->repo, next, NULL) < 0)) {
			break;
		}
		vv_buf_put(paths, next, strlen(next) + 1);
	}
	a->next = at;
	*count = n;
	return vv_buf_ok(paths, err);
}

static vv_status ask_git(vv_attr_asker *a, const char *path, bool ahead, vv_error *err)
{
	vv_auto(vv_buf) paths = VV_BUF_INIT;
	size_t count = 1;
	vv_status rc;

	vv_buf_put(&paths, path, strlen(path) + 1);
	if ((rc = vv_buf_ok(&paths, err)) < 0 ||
	    (ahead && (rc = put_next(a, &paths, path, &count, err)) < 0) ||
	    (rc = exchange_paths(a, &paths, count, err)) < 0) {
		return rc;
	}
	return find_answer(a, path)
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "'git check-attr' gave no answer for '%s'",
				 vv_text_shows(path));
}

/* git's value of each name: "set", "unset", "unspecified" or a text; borrowed until the next call. */
static vv_status ask_values(vv_repository *r, const char *path, const char *said[NAMES],
			    vv_error *err)
{
	const bool of_tree = is_alone(r) || r->bare || !r->workdir;
	vv_status rc;

	if (!r->attributes) {
		if (!(r->attributes = asker_new(r, asked, NAMES))) return vv_fail_nomem(err);
		r->close_attributes = close_asker;
	}
	vv_attr_asker *a = r->attributes;
	if ((rc = renew_asker(a, path, of_tree, err)) < 0) return rc;
	if (!find_answer(a, path) &&
	    ((!of_tree && r->attr_holds > 0 && (rc = vv_attr_can_be_read(r, path, err)) < 0) ||
	     (rc = ask_git(a, path, !of_tree && r->attr_holds > 0, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < NAMES; i++) {
		said[i] = skip_strings(a->answers.data + a->at, 3 * i + 2);
	}
	return VV_OK;
}

struct vv_attr_text {
	vv_attr_asker *asker;
	const char *name;
};

void vv_attr_text_close(vv_attr_text *t)
{
	if (!t) return;
	asker_free(t->asker);
	vv_free(t);
}

vv_status vv_attr_text_open(vv_attr_text **out, vv_repository *r, const char *folder,
			    const vv_buf *text, const char *name, vv_error *err)
{
	vv_auto(vv_attr_text) *t = vv_calloc(1, sizeof(*t));
	vv_auto(char) *file = vv_asprintf("%s" NAME, folder);
	vv_status rc;

	*out = NULL;
	if (!t || !file) return vv_fail_nomem(err);
	t->name = name;
	if (!(t->asker = asker_new(r, &t->name, 1))) return vv_fail_nomem(err);
	rc = put_apart(t->asker, file, text->len > 0 ? text->data : "", text->len, err);
	return rc < 0 ? rc : vv_hand_over(out, &t);
}

vv_status vv_attr_text_ask(vv_attr_text *t, const char *path, const char **out, vv_error *err)
{
	vv_status rc = find_answer(t->asker, path) ? VV_OK : ask_git(t->asker, path, false, err);

	*out = rc < 0 ? NULL : skip_strings(t->asker->answers.data + t->asker->at, 2);
	return rc;
}

static bool is_varve(const char *value)
{
	return strcmp(value, "varve") == 0;
}

vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err)
{
	const char *said[NAMES];
	size_t i = 0;
	vv_status rc = ask_values(r, path, said, err);

	*out = NULL;
	if (rc < 0) return rc;
	while (strcmp(asked[i], name) != 0) {
		i++;
		assert(i < NAMES);
	}
	if (strcmp(said[i], "unspecified") == 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no attribute '%s'", vv_text_shows(path),
			       name);
	}
	return (*out = vv_strdup(said[i])) ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	const char *said[NAMES];
	vv_status rc = ask_values(r, path, said, err);

	*out = rc == VV_OK && is_varve(said[FILTER]);
	return rc;
}

vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	const char *said[NAMES];
	vv_status rc = ask_values(r, path, said, err);

	*out = rc == VV_OK && !is_varve(said[FILTER]) &&
	       (is_varve(said[DIFF]) || is_varve(said[MERGE]));
	return rc;
}

vv_attr_held vv_attr_hold(vv_repository *r)
{
	if (r->attr_holds++ == 0 && ++r->attr_hold == 0) {
		r->attr_hold = 1;
	}
	return (vv_attr_held){r};
}

void vv_attr_held_clear(vv_attr_held *h)
{
	if (h->repo) {
		h->repo->attr_holds--;
	}
	h->repo = NULL;
}

void vv_attr_flush(vv_repository *r)
{
	close_asker(r);
	(void)git_attr_cache_flush(r->git);
	git_error_clear();
}

static bool is_set(const char *value)
{
	return strcmp(value, "unset") != 0 && strcmp(value, "unspecified") != 0;
}

static vv_status find_program(vv_repository *r, const char *filter, vv_conversion *out,
			      vv_error *err)
{
	static const char *const programs[] = {"process", "clean", "smudge"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !out->foreign; i++) {
		vv_auto(char) *value = NULL;

		vv_auto(char) *key = vv_asprintf("filter.%s.%s", filter, programs[i]);
		if ((rc = vv_alloc_ok(key, err)) < 0) return rc;
		out->foreign = vv_config_string(r, key, &value, NULL) == VV_OK && *value;
	}
	(void)snprintf(out->name, sizeof(out->name), "%s", filter);
	return rc;
}

/* Without a text attribute libgit2 detects text if conversion is configured. */
static bool guesses_text(vv_repository *r)
{
	vv_auto(char) *value = NULL;

	return vv_config_string(r, "core.autocrlf", &value, NULL) == VV_OK &&
	       !vv_ascii_equal(value, "false");
}

/* Any filter of another name counts once a program is set for it; an encoding that
 * libgit2 cannot convert counts always. */
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err)
{
	const char *said[NAMES];
	vv_status rc = ask_values(r, path, said, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	if (is_set(said[FILTER]) && !is_varve(said[FILTER])) {
		rc = find_program(r, said[FILTER], out, err);
	}
	if (is_set(said[ENCODING]) && !out->foreign) {
		out->foreign = true;
		(void)snprintf(out->name, sizeof(out->name), "working-tree-encoding");
	}
	out->builtin = is_set(said[TEXT]) || is_set(said[CRLF]) || is_set(said[EOL]) ||
		       is_set(said[IDENT]) ||
		       (strcmp(said[TEXT], "unspecified") == 0 && guesses_text(r));
	return rc;
}

vv_status vv_filters_of(vv_repository *r, const char *path, const vv_conversion *c,
			bool to_worktree, git_filter_list **out, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (!c->builtin || (rc = vv_attr_can_be_read(r, path, err)) < 0) {
		return c->builtin ? rc : VV_OK;
	}
	int code = vv_index_file_lend(r);

	if (code == 0) {
		code = git_filter_list_load(out, r->git, NULL, path,
					    to_worktree ? GIT_FILTER_TO_WORKTREE
							: GIT_FILTER_TO_ODB,
					    GIT_FILTER_ALLOW_UNSAFE);
	}
	return code < 0 ? vv_git_fail(err, code, "cannot find how '%s' is converted",
				      vv_text_shows(path))
			: VV_OK;
}

/* Git's rule: eol and the old crlf count where text is not reported. */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	const char *said[NAMES];
	vv_status rc = ask_values(r, path, said, err);

	*out = rc == VV_OK && (is_set(said[TEXT]) || is_set(said[ENCODING]) ||
			       (strcmp(said[TEXT], "unspecified") == 0 &&
				(is_set(said[EOL]) || is_set(said[CRLF]))));
	return rc;
}

vv_status vv_attr_stores_lf(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char crlf[] = "a\r\n";
	vv_auto(git_filter_list) *filters = NULL;
	vv_auto(git_buf) made = {NULL, 0, 0};
	vv_conversion conversion;
	vv_status rc;

	*out = false;
	if ((rc = vv_conversion_of(r, path, &conversion, err)) < 0 || conversion.foreign ||
	    (rc = vv_filters_of(r, path, &conversion, false, &filters, err)) < 0 || !filters) {
		return rc;
	}
	const int code = git_filter_list_apply_to_buffer(&made, filters, crlf, sizeof(crlf) - 1);
	if (code < 0) {
		return vv_git_fail(err, code, "cannot convert '%s'", vv_text_shows(path));
	}
	*out = made.size == 2;
	return VV_OK;
}
