/*
 * cached: shares a cache of clones between processes, and removes old ones.
 */
#include "lib/clone/cached.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/clone/clone.h"
#include "lib/heads/judge.h"
#include "lib/heads/shown_refs.h"
#include "lib/sync/needed.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"

#define CLONES "repos"
#define LOCK "lock"
#define REFS_LOCK "refs.lock"
#define REPOSITORY "repository.git"
#define ASKED "asked"
#define GONE ".varve-gone-" /* folders being removed */
#define WAIT_MS 600000u     /* for a clone or fetch by another process */
#define TRIES 8u
#define LIMIT (10ull << 30)
#define LIST_MAX ((size_t)64 << 20) /* of unsigned refs */

struct vv_cached {
	const vv_cached_options *o; /* while it is opened */
	const vv_env *env;          /* likewise */
	uint64_t limit;
	bool allow_unsigned;
	char *url;    /* of a folder its absolute path */
	char *clones; /* <cache>/repos */
	char *folder, *lock, *refs_lock, *repository, *asked;
	vv_fd lock_fd;
};

/* ---- words and paths ---- */

/* user@host:path, as Git has it; the user is needed, since a revision and a path look like the rest. */
static bool is_far_path(const char *word, size_t len)
{
	const char *at = memchr(word, '@', len), *colon = memchr(word, ':', len);

	if (!at || !colon || at == word || colon <= at + 1 || colon == word + len - 1) return false;
	for (const char *p = word; p < colon; p++) {
		if (p != at && !vv_is_alnum(*p) && !strchr("-._", *p)) return false;
	}
	return true;
}

/* A file from which git fetches: a bundle, or a work tree's link to its repository. */
static bool is_git_file(const char *path)
{
	char begin[8] = "";
	vv_auto(vv_fd) fd = vv_open_regular(path, O_RDONLY, VV_IGNORED);
	const ssize_t len = fd < 0 ? -1 : vv_read_full(fd, begin, sizeof(begin), path, VV_IGNORED);

	return (len >= 3 && memcmp(begin, "# v", 3) == 0) ||
	       (len == 8 && memcmp(begin, "gitdir: ", 8) == 0);
}

/* Any folder; and a path in the form of one, which may be in the cache although it does not exist now. A file's name before
 * '#' is not a repository: a table of it follows. */
static bool is_folder(const char *word, size_t len)
{
	vv_auto(char) *path = vv_strndup(word, len);
	struct stat st;

	if (path && stat(path, &st) == 0) return S_ISDIR(st.st_mode) || is_git_file(path);
	return vv_path_is_absolute(word) || strncmp(word, "./", 2) == 0 ||
	       strncmp(word, "../", 3) == 0;
}

size_t vv_cached_url_len(const char *word)
{
	const char *hash = strchr(word, '#'), *scheme = strstr(word, "://");
	const size_t len = hash ? (size_t)(hash - word) : 0;

	if (len == 0) return 0;
	return (scheme && scheme < hash) || is_far_path(word, len) || vv_named_is(word, len) ||
			       (!vv_exists(word) && is_folder(word, len))
		       ? len
		       : 0;
}

/* One repository has one name: of a folder its absolute path, without '/' at the end. */
static vv_status take_url(vv_cached *c, const char *url, vv_error *err)
{
	size_t len = strlen(url);
	char *real = strstr(url, "://") ? NULL : realpath(url, NULL), cwd[4096];

	while (len > 1 && url[len - 1] == '/') {
		len--;
	}
	if (len == 0) return vv_fail(err, VV_EUSAGE, "the URL is empty");
	if (real) {
		c->url = vv_strdup(real);
		free(real); /* libc's */
	} else if (url[0] == '.' && getcwd(cwd, sizeof(cwd))) {
		c->url = vv_path_absolute(cwd, url); /* not there now */
	} else {
		c->url = vv_strndup(url, len);
	}
	return c->url ? VV_OK : vv_fail_nomem(err);
}

static vv_status find_clones(vv_cached *c, vv_error *err)
{
	const char *named = c->o->folder ? c->o->folder : vv_env_get(c->env, "VARVE_CACHE"),
		   *xdg = vv_env_get(c->env, "XDG_CACHE_HOME"), *home = vv_env_get(c->env, "HOME");

	if (named && *named) {
		c->clones = vv_path_join(named, CLONES, (char *)NULL);
	} else if (vv_path_is_absolute(xdg)) {
		c->clones = vv_path_join(xdg, "varve", CLONES, (char *)NULL);
	} else if (vv_path_is_absolute(home)) {
		c->clones = vv_path_join(home, ".cache", "varve", CLONES, (char *)NULL);
	} else {
		return vv_fail(err, VV_EUSAGE,
			       "no cache folder for '%s'\nset VARVE_CACHE, XDG_CACHE_HOME or HOME",
			       vv_text_url(c->url));
	}
	return c->clones ? VV_OK : vv_fail_nomem(err);
}

/* The readable part of the folder's name; the hash makes it unique to the URL. */
static void put_name(vv_buf *out, const char *url, uint64_t hash)
{
	const char *base = vv_path_base(url), *colon = strrchr(base, ':');

	base = colon ? colon + 1 : base;
	size_t len = strlen(base);
	len = vv_path_ends(base, ".git") ? len - 4 : len;
	for (size_t i = 0; i < len && i < 40; i++) {
		vv_buf_putc(out, vv_is_alnum(base[i]) || strchr("-_", base[i]) ? base[i] : '_');
	}
	vv_buf_printf(out, "-%016llx", (unsigned long long)hash);
}

static vv_status name_parts(vv_cached *c, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	uint8_t digest[VV_SHA256_LEN];
	vv_auto(vv_buf) id = VV_BUF_INIT;
	vv_status rc;

	/* Unsigned refs never get into the clone that other commands read. */
	vv_buf_printf(&id, "%s%s", c->url, c->o->allow_unsigned ? "\nunsigned" : "");
	if ((rc = vv_buf_ok(&id, err)) < 0 || (rc = vv_sha256(digest, id.data, id.len, err)) < 0) {
		return rc;
	}
	put_name(&name, c->url, vv_get_be64(digest));
	if ((rc = vv_buf_ok(&name, err)) < 0) return rc;
	/* Rows of repositories that others must not read lie in it. */
	if (!vv_exists(c->clones) && (rc = vv_mkdirs_above(c->clones, err)) == VV_OK &&
	    vv_sys_ops.mkdir(c->clones, 0700) < 0 && !vv_exists(c->clones)) {
		rc = vv_fail_errno(err, "cannot make", c->clones);
	}
	if (rc < 0) return rc;
	vv_temp_sweep(c->clones, GONE);
	c->folder = vv_path_join(c->clones, name.data, (char *)NULL);
	c->lock = c->folder ? vv_path_join(c->folder, LOCK, (char *)NULL) : NULL;
	c->refs_lock = c->folder ? vv_path_join(c->folder, REFS_LOCK, (char *)NULL) : NULL;
	c->repository = c->folder ? vv_path_join(c->folder, REPOSITORY, (char *)NULL) : NULL;
	c->asked = c->folder ? vv_path_join(c->folder, ASKED, (char *)NULL) : NULL;
	return c->lock && c->refs_lock && c->repository && c->asked ? VV_OK : vv_fail_nomem(err);
}

/* ---- locks and times ---- */

static vv_status set_now(const char *path, vv_error *err)
{
	return utimensat(AT_FDCWD, path, NULL, 0) == 0
		       ? VV_OK
		       : vv_fail_errno(err, "cannot set the time of", path);
}

/* The lock that exists now: another process may have removed the folder meanwhile. */
static vv_status lock_reading(vv_cached *c, vv_error *err)
{
	vv_status rc;

	for (unsigned i = 0; i < TRIES; i++) {
		if ((rc = vv_mkdirs(c->folder, err)) < 0) return rc;
		if ((c->lock_fd = vv_lock(c->lock, false, WAIT_MS, err)) >= 0) {
			return set_now(c->lock, err);
		}
		if (c->lock_fd != VV_ENOTFOUND) return (vv_status)c->lock_fd;
	}
	return vv_fail(err, VV_ELOCKED, "'%s' is repeatedly removed by another process",
		       vv_text_shows(c->folder));
}

/* When the refs were requested last; false: never, and the clone is not whole. */
static bool find_asked(const vv_cached *c, int64_t *time)
{
	vv_stat st;

	if (vv_lstat(&st, c->asked, VV_IGNORED) < 0) return false;
	*time = st.mtime_sec;
	return true;
}

static vv_status note_asked(const vv_cached *c, const vv_buf *unsigned_refs, vv_error *err)
{
	vv_status rc = vv_write_file(c->asked, vv_buf_cstr(unsigned_refs), unsigned_refs->len,
				     false, err);

	return rc < 0 ? rc : set_now(c->asked, err);
}

static vv_status list_unsigned(vv_buf *out, const vv_fetch_job *j, vv_error *err)
{
	vv_buf_set(out, vv_buf_cstr(&j->left_out), j->left_out.len);
	vv_array_each(j->plan.moves, j->plan.count, m) {
		if (m->unsigned_ref) {
			vv_buf_printf(out, "%s\n", m->from);
		}
	}
	return vv_buf_ok(out, err);
}

/* ---- cloning and asking ---- */

/* Peers do not send a HEAD at a commit that no ref reaches. */
static void warn_of_head(const vv_cached *c, vv_repository *r)
{
	vv_auto(vv_head) head = {0};

	if (vv_head_read(r, &head, VV_IGNORED) == VV_OK && head.branch) {
		vv_notes_warn(c->o->notes, "HEAD of %s is not on a branch: using '%s'",
			      vv_text_url(c->url),
			      vv_text_shows(head.branch + strlen("refs/heads/")));
	}
}

static bool is_headless(const vv_fetch_job *j)
{
	return !j->remote_head && j->plan.count > 0;
}

/* A warning would be lost when a program reads the rows, so this is an error. */
static vv_status check_signed(const vv_cached *c, const vv_fetch_job *j, vv_error *err)
{
	return j->behind ? vv_fail(err, VV_ELOST,
				   "'%s' does not have the repository's newest signed version",
				   vv_text_url(c->url))
			 : VV_OK;
}

static vv_status clone_once(const vv_cached *c, bool *headless, vv_buf *unsigned_refs,
			    vv_error *err)
{
	vv_auto(vv_clone_job) j = {.url = c->url,
				   .dir = c->repository,
				   .env = c->env,
				   .notes = c->o->notes,
				   .bare = true,
				   .lazy = true,
				   .allow_unsigned = c->o->allow_unsigned,
				   .leave_unsigned = true,
				   .quiet = true};
	vv_status rc = vv_clone_job_run(&j, err);
	*headless = is_headless(&j.fetch);
	if (rc < 0 || (rc = check_signed(c, &j.fetch, err)) < 0) return rc;
	return list_unsigned(unsigned_refs, &j.fetch, err);
}

static vv_status open_here(vv_repository **r, const vv_cached *c, vv_error *err)
{
	vv_status rc = vv_repository_open(r, c->repository, c->env, err);

	if (rc == VV_OK) {
		vv_repository_listen(*r, c->o->notes);
		vv_repository_sweep_locks(*r);
	}
	return rc;
}

static vv_status clone_here(const vv_cached *c, vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_auto(vv_buf) unsigned_refs = VV_BUF_INIT;
	bool headless;
	vv_status rc = clone_once(c, &headless, &unsigned_refs, err);

	/* A clone that was whole, and killed before that was noted; the folder is the cache's own. */
	if (rc == VV_EREFUSED && vv_exists(c->repository) &&
	    (rc = vv_remove_tree(c->repository, err)) == VV_OK) {
		rc = clone_once(c, &headless, &unsigned_refs, err);
	}
	if (rc < 0) {
		vv_hint_clear(err); /* of a clone of one's own */
		return rc;
	}
	/* The user named the URL, so fetch its blocks, regardless of the setting for clones. */
	if ((rc = open_here(&r, c, err)) < 0 ||
	    (rc = vv_config_set(r, "varve.autoFetch", "true", err)) < 0) {
		return rc;
	}
	if (headless) {
		warn_of_head(c, r);
	}
	return note_asked(c, &unsigned_refs, err);
}

/* A branch for a HEAD that is hidden now, and was at a commit: main, else the first. */
static vv_status leave_commit(vv_repository *r, const vv_ref_plan *p, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const char *branch = NULL;
	vv_status rc = vv_head_read(r, &head, err);

	vv_array_each(p->moves, p->count, move) {
		const char *name = move->from;

		if (strncmp(name, "refs/heads/", 11) == 0 &&
		    (!branch || strcmp(name, "refs/heads/main") == 0)) {
			branch = name;
		}
	}
	return rc < 0 || !head.detached || !branch ? rc
						   : vv_head_set_branch(r, branch, "fetch", err);
}

/* Sets HEAD to the remote's. */
static vv_status follow_head(const vv_cached *c, vv_repository *r, const vv_fetch_job *j,
			     vv_error *err)
{
	const vv_oid *detached = vv_ref_plan_detached(&j->plan);
	vv_status rc;

	if (j->remote_head && strncmp(j->remote_head, "refs/heads/", 11) == 0) {
		return vv_head_set_branch(r, j->remote_head, "fetch", err);
	}
	if (detached) return vv_head_detach(r, detached, "fetch", err);
	if (!is_headless(j)) return VV_OK;
	if ((rc = leave_commit(r, &j->plan, err)) < 0) return rc;
	warn_of_head(c, r);
	return VV_OK;
}

/* Removes tags that were fetched before they were found to be unsigned. */
static vv_status remove_unsigned(vv_repository *r, const vv_fetch_job *j, vv_error *err)
{
	for (vv_line l = {.rest = vv_buf_cstr(&j->left_out)}; vv_line_next(&l);) {
		vv_auto(char) *name = vv_strndup(l.text, l.len);
		vv_auto(vv_ref) ref = {0};
		vv_status rc = vv_alloc_ok(name, err);

		if (rc == VV_OK && vv_ref_get(r, name, &ref, VV_IGNORED) == VV_OK) {
			rc = vv_missing_ok(vv_ref_delete(r, name, NULL, err), err);
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* The remote's branches and tags, and its HEAD. */
static vv_status fetch_here(const vv_cached *c, vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_auto(vv_fetch_job) j = {.remote = "origin",
				   .tags = true,
				   .prune = true,
				   .force = true,
				   .quiet = true,
				   .hide_refs = true,
				   .allow_unsigned = c->o->allow_unsigned,
				   .leave_unsigned = true,
				   .detached = true};
	vv_auto(vv_buf) unsigned_refs = VV_BUF_INIT;
	vv_status rc = open_here(&r, c, err);

	if (rc < 0) return rc;
	j.repo = r;
	if ((rc = vv_fetch_job_run(&j, err)) < 0 || (rc = check_signed(c, &j, err)) < 0 ||
	    (rc = remove_unsigned(r, &j, err)) < 0 || (rc = follow_head(c, r, &j, err)) < 0 ||
	    (rc = list_unsigned(&unsigned_refs, &j, err)) < 0) {
		return rc;
	}
	return note_asked(c, &unsigned_refs, err);
}

static void put_age(vv_buf *out, int64_t sec)
{
	static const struct {
		int64_t sec;
		const char *one;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	size_t u = 0;

	sec = sec < 0 ? 0 : sec;
	while (u < 3 && sec < 2 * units[u].sec) {
		u++;
	}
	vv_buf_puts(out, vv_text_counted((uint64_t)(sec / units[u].sec), units[u].one, NULL));
}

static void warn_of_age(const vv_cached *c, int64_t asked, const vv_error *why)
{
	vv_auto(vv_buf) age = VV_BUF_INIT;

	put_age(&age, vv_now_sec() - asked);
	vv_notes_warn(c->o->notes, "%s did not answer (%s); using its branches as they were %s ago",
		      vv_text_url(c->url), why->message, vv_buf_cstr(&age));
}

/* Is it more than a remote that does not answer? */
static bool is_own_failure(const vv_error *why)
{
	return why->code == VV_ENOMEM || why->code == VV_ECANCELLED || why->code == VV_ECORRUPT ||
	       why->full || why->lost;
}

/* Under the lock of refs: at most one process fetches at a time. */
static vv_status update_cached(const vv_cached *c, int64_t begun, vv_error *err)
{
	const bool offline = vv_env_get(c->env, VV_OFFLINE_VAR) != NULL;
	int64_t asked = 0;

	if (!find_asked(c, &asked)) {
		if (!offline) return clone_here(c, err);
		return vv_fail(err, VV_EMISSING,
			       "%s is not in the cache, and --offline forbids fetching",
			       vv_text_url(c->url));
	}
	/* Another process fetched while this one waited. */
	if (offline || c->o->as_is || asked > begun) return VV_OK;
	vv_status rc = fetch_here(c, err);
	if (rc < 0 && !c->o->must_answer && !is_own_failure(err)) {
		warn_of_age(c, asked, err);
		rc = VV_OK;
	}
	return rc;
}

static vv_status bring_up(const vv_cached *c, vv_error *err)
{
	const int64_t begun = vv_now_sec();
	vv_auto(vv_fd) fd = vv_lock(c->refs_lock, true, WAIT_MS, err);

	return fd < 0 ? (vv_status)fd : update_cached(c, begun, err);
}

/* ---- making room ---- */

typedef struct clone {
	char *folder, *lock;
	int64_t read; /* when, in ms */
	uint64_t bytes;
} clone;

typedef struct clones {
	clone *items;
	size_t count, cap;
	uint64_t bytes;
} clones;

static void clear_clones(clones *l)
{
	vv_array_clear(l->items, l->count, it, vv_free_all(it->folder, it->lock));
}

/* The disk usage of a folder. Other processes add and remove files meanwhile. */
static vv_status count_bytes(uint64_t *bytes, const char *top, vv_error *err)
{
	vv_auto(vv_string_list) todo = {0};
	vv_status rc = vv_string_list_add(&todo, vv_strdup(top), err);

	while (rc == VV_OK && todo.count > 0) {
		vv_auto(char) *dir = todo.items[--todo.count];
		vv_auto(vv_folder) f = {0};
		vv_stat st;

		if (vv_folder_read(&f, dir, true, VV_IGNORED) < 0) {
			continue;
		}
		while (rc == VV_OK && vv_folder_next(&f)) {
			if (vv_lstat(&st, f.path, VV_IGNORED) < 0) {
				continue;
			}
			if (S_ISDIR(st.mode)) {
				rc = vv_string_list_add(&todo, vv_strdup(f.path), err);
			} else {
				*bytes += st.size;
			}
		}
	}
	return rc;
}

static vv_status list_clones(clones *out, const vv_cached *c, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_stat st;
	vv_status rc = vv_folder_read(&f, c->clones, true, err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (strncmp(f.name, GONE, strlen(GONE)) == 0) {
			continue;
		}
		clone one = {.lock = vv_path_join(f.path, LOCK, (char *)NULL)};
		one.folder = vv_strdup(f.path);
		if (one.lock && vv_lstat(&st, one.lock, VV_IGNORED) == VV_OK) {
			one.read = st.mtime_sec * 1000 + st.mtime_nsec / 1000000;
		}
		if (!one.lock || !one.folder || !vv_array_room(out->items, out->count, out->cap)) {
			vv_free_all(one.lock, one.folder);
			return vv_fail_nomem(err);
		}
		out->items[out->count++] = one;
		rc = count_bytes(&out->items[out->count - 1].bytes, f.path, err);
		out->bytes += out->items[out->count - 1].bytes;
	}
	return rc;
}

static int by_reading(const void *a, const void *b)
{
	const clone *x = a, *y = b;

	return (x->read > y->read) - (x->read < y->read);
}

/* Under another name first, so that a kill leaves nothing that looks whole. *removed false: a process reads it. */
static vv_status remove_clone(const vv_cached *c, const clone *one, bool *removed, vv_error *err)
{
	char random[VV_TEMP_RANDOM + 1];
	vv_auto(vv_fd) fd = vv_lock(one->lock, true, 0, VV_IGNORED);
	vv_status rc;

	*removed = false;
	if (fd < 0) return fd == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
	vv_temp_name(random);
	vv_auto(char) *gone = vv_asprintf("%s/%s%s", c->clones, GONE, random);
	if ((rc = vv_alloc_ok(gone, err)) < 0 || (rc = vv_rename(one->folder, gone, err)) < 0) {
		return rc;
	}
	*removed = true;
	return vv_remove_tree(gone, err);
}

static vv_status make_room(const vv_cached *c, vv_error *err)
{
	clones all = {0};
	vv_status rc = list_clones(&all, c, err);

	if (rc == VV_OK && all.count > 1) {
		qsort(all.items, all.count, sizeof(*all.items), by_reading);
	}
	for (size_t i = 0; rc == VV_OK && i < all.count && all.bytes > c->limit; i++) {
		bool removed;

		rc = remove_clone(c, &all.items[i], &removed, err);
		all.bytes -= removed ? all.items[i].bytes : 0;
	}
	clear_clones(&all);
	return rc;
}

/* ---- opening and closing ---- */

static vv_status find_limit(vv_cached *c, vv_error *err)
{
	vv_auto(vv_repository) *r = NULL;
	vv_status rc = VV_OK;

	c->limit = c->o->limit;
	if (c->limit == 0 && (rc = open_here(&r, c, err)) == VV_OK) {
		rc = vv_config_u64(r, "varve.cachesize", LIMIT, &c->limit, err);
	}
	return rc;
}

/* Removes the folder of a URL that was never read successfully. */
static void forget_folder(vv_cached *c)
{
	const clone none = {.folder = c->folder, .lock = c->lock};
	bool removed;

	if (c->lock_fd >= 0 && !vv_exists(c->repository)) {
		vv_fd_close(&c->lock_fd);
		(void)remove_clone(c, &none, &removed, VV_IGNORED);
	}
}

vv_status vv_cached_open(vv_cached **out, const char *url, const vv_cached_options *o,
			 vv_error *err)
{
	vv_auto(vv_cached) *c = vv_calloc(1, sizeof(*c));
	vv_status rc;

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	*c = (vv_cached){.o = o,
			 .env = o->env,
			 .lock_fd = -1,
			 .limit = UINT64_MAX, /* until it is known */
			 .allow_unsigned = o->allow_unsigned};
	if ((rc = take_url(c, url, err)) < 0 || (rc = find_clones(c, err)) < 0 ||
	    (rc = name_parts(c, err)) < 0 || (rc = lock_reading(c, err)) < 0 ||
	    (rc = bring_up(c, err)) < 0 || (rc = find_limit(c, err)) < 0) {
		forget_folder(c);
		return rc;
	}
	c->o = NULL;
	c->env = NULL;
	return vv_hand_over(out, &c);
}

const char *vv_cached_url(const vv_cached *c)
{
	return c->url;
}

/* The branch or tag with which rev begins, if the list has it; names of refs can have dots. The caller frees it. */
static char *begin_unsigned(const vv_buf *list, const char *rev)
{
	for (size_t len = strlen(rev); len > 0; len--) {
		vv_auto(char) *name = strchr("~^@:.", rev[len]) ? vv_strndup(rev, len) : NULL;

		if (name && vv_shown_refs_lacks(list, name)) return vv_take(&name);
	}
	return NULL;
}

/* The same of both ends of a range. */
static char *find_unsigned(const vv_cached *c, const char *rev)
{
	vv_auto(vv_buf) list = VV_BUF_INIT;
	char *found = NULL;

	if (vv_read_file(&list, c->asked, LIST_MAX, VV_IGNORED) < 0 || list.len == 0) return NULL;
	for (const char *at = rev; at && !found; at = strstr(at, "..")) {
		at += strspn(at, ".^");
		found = begin_unsigned(&list, at);
	}
	return found;
}

void vv_cached_put_unsigned(vv_buf *out, const vv_cached *c)
{
	vv_auto(vv_buf) list = VV_BUF_INIT, names = VV_BUF_INIT;

	if (!c->allow_unsigned || vv_read_file(&list, c->asked, LIST_MAX, VV_IGNORED) < 0 ||
	    list.len == 0) {
		return;
	}
	vv_shown_refs_put(&names, &list);
	vv_buf_printf(out, "not signed: %s, which the newest signed head of %s does not list\n",
		      vv_buf_cstr(&names), vv_text_url(c->url));
}

vv_status vv_cached_put_newer(vv_buf *out, const vv_cached *c, vv_repository *r, const char *rev,
			      vv_error *err)
{
	vv_auto(char) *name = vv_strndup(rev, strcspn(rev, ":"));
	vv_auto(vv_head_commit) head = {.parent_count = 0};
	vv_oid commit, ref;
	vv_status rc = vv_alloc_ok(name, err);

	if (rc < 0 || !*name || !vv_heads_trusted(r) ||
	    vv_rev_commit(r, name, &commit, VV_IGNORED) < 0) {
		return rc;
	}
	if ((rc = vv_head_of_commit(&head, &ref, r, &commit, err)) < 0 || !vv_oid_is_null(&ref)) {
		return rc;
	}
	vv_buf_printf(out, "not signed: %s of %s is newer than the newest signed head\n",
		      vv_text_shows(name), vv_text_url(c->url));
	return vv_buf_ok(out, err);
}

/* Warns of each end of a range. */
static vv_status warn_of_newer(const vv_cached *c, vv_repository *r, const char *rev, vv_error *err)
{
	const char *dots = strstr(rev, "..");
	vv_auto(char) *begin = vv_strndup(rev, dots ? (size_t)(dots - rev) : strlen(rev));
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_status rc = vv_alloc_ok(begin, err);

	rc = rc < 0 ? rc : vv_cached_put_newer(&lines, c, r, begin, err);
	if (rc == VV_OK && dots) {
		rc = vv_cached_put_newer(&lines, c, r, dots + strspn(dots, "."), err);
	}
	for (vv_line l = {.rest = vv_buf_cstr(&lines)}; rc == VV_OK && vv_line_next(&l);) {
		vv_notes_warn(vv_repository_notes(r), "%.*s", (int)l.len, l.text);
	}
	return rc;
}

vv_status vv_cached_check_signed(const vv_cached *c, vv_repository *r, const char *rev,
				 vv_error *err)
{
	vv_auto(vv_head) head = {0};
	const char *const given = rev;
	const bool is_head = strncmp(rev, "HEAD", 4) == 0 && !vv_is_alnum(rev[4]);

	if (is_head && vv_head_read(r, &head, VV_IGNORED) == VV_OK && head.branch) {
		rev = vv_ref_short_name(head.branch);
	}
	vv_auto(char) *found = find_unsigned(c, rev);
	if (!found) return warn_of_newer(c, r, given, err);
	vv_fail(err, VV_EREFUSED,
		"'%s' is not signed: the newest signed head of %s does not list it",
		vv_text_shows(found), vv_text_url(c->url));
	if (c->allow_unsigned) {
		vv_notes_warn(vv_repository_notes(r), "%s", err->message);
		return VV_OK;
	}
	return vv_hint_code(err, VV_HINT_READ_UNSIGNED);
}

const char *vv_cached_folder(const vv_cached *c)
{
	return c->repository;
}

void vv_cached_close(vv_cached *c)
{
	if (c) {
		/* Excess is removed now or at the next closing. This one is the most recent. */
		if (c->lock_fd >= 0 && c->limit < UINT64_MAX) {
			(void)make_room(c, VV_IGNORED);
		}
		vv_fd_close(&c->lock_fd);
		vv_free_all(c->url, c->clones, c->folder, c->lock, c->refs_lock, c->repository,
			    c->asked, c);
	}
}
