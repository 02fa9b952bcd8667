/*
 * tenants: what of a process shows that it uses a repository.
 *
 * Folders are compared by device and inode, so links and mounts do not matter. The files of a process
 * are those of proc(5).
 */
#include "base/locks/tenants.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/os.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define DEPTH_MAX 64u
#define ARGUMENTS_MAX 16384u
#define VARIABLES_MAX ((size_t)4 << 20)
#define LINK_MAX 4096u
#define SHOWN_WIDTH 60u

/* A folder of the repository. */
typedef struct folder {
	uint64_t dev, ino;
} folder;

typedef struct folders {
	folder *items;
	size_t count, cap;
} folders;

typedef struct search {
	const vv_tenancy *repo;
	pid_t self;
	uint32_t uid; /* owner of the lock */
	folders git;  /* of Git */
	folders own;  /* varve's, which has locks of its own */
	bool found;
	char *who;
} search;

static void search_clear(search *s)
{
	vv_free_all(s->git.items, s->own.items);
}
VV_AUTO_CLEAR(search, search_clear)

/* --- the repository's folders ----------------------------------------------------------------- */

static void add_folder(folders *f, const char *path)
{
	struct stat st;

	if (path && stat(path, &st) == 0) {
		(void)vv_array_add(f->items, f->count, f->cap,
				   ((folder){(uint64_t)st.st_dev, (uint64_t)st.st_ino}));
	}
}

/* Adds the folder above path. */
static void add_above(folders *f, const char *path)
{
	vv_auto(char) *dir = vv_path_dir(path);

	add_folder(f, dir);
}

/* The other work trees share branches, the configuration and packed refs. */
static void add_worktrees(search *s)
{
	const char *common = s->repo->common;
	vv_auto(char) *dir = vv_path_join(common, "worktrees", (char *)NULL);
	vv_auto(vv_folder) f = {0};

	if (vv_path_ends(common, "/.git")) {
		add_above(&s->git, common);
	}
	if (dir) {
		(void)vv_folder_read(&f, dir, true, VV_IGNORED);
	}
	while (vv_folder_next(&f)) {
		vv_auto(char) *file = vv_path_join(f.path, "gitdir", (char *)NULL);
		vv_auto(vv_buf) text = VV_BUF_INIT;

		if (file && vv_read_regular(&text, file, LINK_MAX, VV_IGNORED) == VV_OK) {
			vv_auto(char) *link = vv_strndup(text.data, strcspn(text.data, "\n"));

			add_above(&s->git, link);
		}
	}
}

/* Is the path one of the folders, or in one? The path may contain "..". */
static bool is_inside(const folders *f, const char *path)
{
	vv_auto(vv_buf) at = VV_BUF_INIT;
	folder before = {0};
	struct stat st;

	vv_buf_puts(&at, path);
	for (unsigned depth = 0; depth < DEPTH_MAX && !at.failed; depth++) {
		if (stat(vv_buf_cstr(&at), &st) < 0) return false;
		const folder here = {(uint64_t)st.st_dev, (uint64_t)st.st_ino};
		if (vv_array_find(f->items, f->count, it,
				  it->dev == here.dev && it->ino == here.ino)) {
			return true;
		}
		if (here.dev == before.dev && here.ino == before.ino) return false; /* the root */
		before = S_ISDIR(st.st_mode) ? here : before;
		if (S_ISDIR(st.st_mode)) {
			vv_buf_puts(&at, "/..");
		} else {
			*strrchr(at.data, '/') = '\0';
			at.len = strlen(at.data);
		}
	}
	return false;
}

/* --- a process --------------------------------------------------------------------------------- */

static char *file_of(pid_t pid, const char *name)
{
	return vv_asprintf(VV_OS_PROCESSES "/%ld/%s", (long)pid, name);
}

/* Did this process, or one that it started, start the process? */
static bool is_ours(const search *s, pid_t pid)
{
	vv_os_process p;

	for (unsigned depth = 0; depth < DEPTH_MAX && pid > 1; depth++) {
		if (pid == s->self) return true;
		if (!vv_os_process_find(&p, pid)) return false;
		pid = p.parent;
	}
	return false;
}

/* "git", "git-remote-https", "/usr/bin/git" */
static bool is_git_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	name = slash ? slash + 1 : name;
	return strncmp(name, "git", 3) == 0 && (!name[3] || strchr("-.\n", name[3]));
}

static bool is_git(pid_t pid, const char *arguments)
{
	vv_auto(char) *comm = file_of(pid, "comm");
	vv_auto(vv_buf) name = VV_BUF_INIT;

	return is_git_name(arguments) ||
	       (comm && vv_read_regular(&name, comm, LINK_MAX, VV_IGNORED) == VV_OK &&
		is_git_name(vv_buf_cstr(&name)));
}

/* Is this a git that never takes locks, as other programs and varve run it for a long time? */
static bool is_reader(const char *arguments)
{
	static const char *const readers[] = {"cat-file", "check-attr", "check-ignore",
					      "check-mailmap", "rev-list"};
	static const char *const two[] = {"-c", "-C", "--git-dir", "--work-tree", "--namespace"};
	const char *p = arguments + strlen(arguments) + 1;

	while (*p == '-') {
		const bool more = vv_array_find(two, sizeof(two) / sizeof(two[0]), option,
						strcmp(*option, p) == 0) != NULL;

		p += strlen(p) + 1;
		p += more && *p ? strlen(p) + 1 : 0;
	}
	return vv_array_find(readers, sizeof(readers) / sizeof(readers[0]), reader,
			     strcmp(*reader, p) == 0) != NULL;
}

/* Is a path that the process names in the repository? */
static bool names_here(const search *s, pid_t pid, const char *path)
{
	vv_auto(char) *file = vv_asprintf(VV_OS_PROCESSES "/%ld/%s/%s", (long)pid,
					  vv_path_is_absolute(path) ? "root" : "cwd", path);

	return *path && file && is_inside(&s->git, file);
}

/* An argument "NAME=PATH" or "PATH"; or a variable. */
static bool word_is_here(const search *s, pid_t pid, const char *word)
{
	const char *value = strchr(word, '=');

	return names_here(s, pid, word) || (value && names_here(s, pid, value + 1));
}

static bool arguments_are_here(const search *s, pid_t pid, const char *arguments)
{
	for (const char *p = arguments; *p; p += strlen(p) + 1) {
		if (word_is_here(s, pid, p)) return true;
	}
	return false;
}

static bool variables_are_here(const search *s, pid_t pid)
{
	vv_auto(char) *file = file_of(pid, "environ");
	vv_auto(vv_buf) all = VV_BUF_INIT;

	if (!file || vv_read_regular(&all, file, VARIABLES_MAX, VV_IGNORED) < 0) return false;
	for (size_t at = 0; at < all.len; at += strlen(all.data + at) + 1) {
		const char *word = all.data + at;

		if (strncmp(word, "GIT_", 4) == 0 && word_is_here(s, pid, word)) return true;
	}
	return false;
}

/* Does the process have a lock file of Git open here? */
static bool has_lock_open(const search *s, pid_t pid)
{
	vv_auto(char) *dir = file_of(pid, "fd");
	DIR *files = dir ? opendir(dir) : NULL;
	const struct dirent *e;
	bool has = false;

	while (files && !has && (e = readdir(files)) != NULL) {
		vv_auto(char) *link = vv_path_join(dir, e->d_name, (char *)NULL);
		char to[LINK_MAX];
		const ssize_t n = link ? readlink(link, to, sizeof(to) - 1) : -1;

		to[n > 0 ? n : 0] = '\0';
		has = vv_path_ends(to, ".lock") && is_inside(&s->git, to) &&
		      !is_inside(&s->own, to);
	}
	if (files) {
		(void)closedir(files);
	}
	return has;
}

/* Words such as "process 12, 'git commit -a'". */
static void name_process(search *s, pid_t pid, const char *arguments)
{
	vv_auto(vv_buf) words = VV_BUF_INIT, shown = VV_BUF_INIT;

	for (const char *p = arguments; *p; p += strlen(p) + 1) {
		vv_buf_puts(&words, words.len > 0 ? " " : "");
		vv_buf_puts(&words, p);
	}
	vv_text_put_cut(&shown, vv_buf_cstr(&words), words.len, SHOWN_WIDTH);
	(void)snprintf(s->who, VV_TENANT_WORDS, "process %ld, '%.120s'", (long)pid,
		       vv_buf_cstr(&shown));
	s->found = true;
}

/* May the owner of the lock run the process, which does not let this process look? */
static bool is_hidden(const search *s, pid_t pid, const char *cwd)
{
	vv_auto(char) *dir = file_of(pid, "");
	struct stat st;

	return stat(cwd, &st) < 0 && errno == EACCES && dir && stat(dir, &st) == 0 &&
	       st.st_uid == s->uid;
}

static void look_at(search *s, pid_t pid)
{
	vv_auto(char) *cwd = file_of(pid, "cwd");
	char arguments[ARGUMENTS_MAX];
	vv_os_process p;

	if (!cwd || pid == s->self || !vv_os_process_find(&p, pid) || p.ended) return;
	const size_t len = vv_os_process_arguments(arguments, sizeof(arguments) - 1, pid);
	arguments[len + 1] = '\0'; /* after the last argument, which may be cut */
	if (len == 0 || is_ours(s, pid)) return;
	if (has_lock_open(s, pid) ||
	    (is_git(pid, arguments) && !is_reader(arguments) &&
	     (is_inside(&s->git, cwd) || is_hidden(s, pid, cwd) ||
	      arguments_are_here(s, pid, arguments) || variables_are_here(s, pid)))) {
		name_process(s, pid, arguments);
	}
}

/* --- all ------------------------------------------------------------------------------------- */

/* Can a process of this machine and user alone have made the lock? */
static bool is_own(const char *lock, vv_stat *st, char *who)
{
	if (vv_lstat(st, lock, VV_IGNORED) < 0 || !vv_os_is_local(lock)) {
		(void)snprintf(who, VV_TENANT_WORDS, "a program of another machine");
		return false;
	}
	if (st->uid != (uint32_t)geteuid() && geteuid() != 0) {
		(void)snprintf(who, VV_TENANT_WORDS, "a program of another user");
		return false;
	}
	return true;
}

vv_tenants vv_tenants_find(char who[VV_TENANT_WORDS], const vv_tenancy *r, const char *lock)
{
	vv_auto(search) s = {.repo = r, .self = getpid(), .who = who};
	const struct dirent *e;
	vv_stat st;

	who[0] = '\0';
	if (!is_own(lock, &st, who)) return VV_TENANTS_UNKNOWN;
	DIR *processes = *VV_OS_PROCESSES ? opendir(VV_OS_PROCESSES) : NULL;
	if (!processes) {
		if (st.ctime_sec < vv_os_boot_second()) return VV_TENANTS_NONE;
		(void)snprintf(who, VV_TENANT_WORDS, "another program");
		return VV_TENANTS_UNKNOWN;
	}
	s.uid = st.uid;
	add_folder(&s.git, r->git);
	add_folder(&s.git, r->common);
	add_folder(&s.git, r->work);
	add_above(&s.git, lock);
	add_folder(&s.own, r->own[0]);
	add_folder(&s.own, r->own[1]);
	add_worktrees(&s);
	while (!s.found && (e = readdir(processes)) != NULL) {
		if (vv_is_digit(e->d_name[0])) {
			look_at(&s, (pid_t)strtol(e->d_name, NULL, 10));
		}
	}
	(void)closedir(processes);
	return s.found ? VV_TENANTS_SOME : VV_TENANTS_NONE;
}
