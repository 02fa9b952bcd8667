/*
 * index_file: whether it is still the same file.
 */
#include "repo/git/index/index_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/sys.h"
#include "repo/git/run_git.h"

#define TRIES 20 /* each against a file that was replaced just now */

/* The text after a path in the output of `git ls-files --debug`. */
#define DEBUG_FORM                                                                                 \
	"  ctime: %" SCNu32 ":%" SCNu32 "\n  mtime: %" SCNu32 ":%" SCNu32 "\n  dev: %" SCNu32      \
	"\tino: %" SCNu32 "\n  uid: %" SCNu32 "\tgid: %" SCNu32 "\n  size: %" SCNu32               \
	"\tflags: %" SCNx32 "\n%n"
#define IN_MEMORY_SHIFT 16 /* of the flags that index files keep in 16 bits more */

/* One of "MODE ID STAGE\tPATH", NUL, and its lines. Where the next one begins; NULL: it is none. */
static const char *read_listed(git_index_entry *e, const char *p, const char *end)
{
	const char *path = memchr(p, '\t', (size_t)(end - p));
	uint32_t ctime[2], mtime[2], flags;
	char id[GIT_OID_HEXSZ + 1];
	int stage, used = 0;

	*e = (git_index_entry){.path = path ? path + 1 : ""};
	if (!path || sscanf(p, "%" SCNo32 " %40[0-9a-f] %d", &e->mode, id, &stage) != 3 ||
	    git_oid_fromstr(&e->id, id) < 0) {
		return NULL;
	}
	p = e->path + strlen(e->path) + 1;
	if (p >= end || sscanf(p, DEBUG_FORM, &ctime[0], &ctime[1], &mtime[0], &mtime[1], &e->dev,
			       &e->ino, &e->uid, &e->gid, &e->file_size, &flags, &used) != 10) {
		return NULL;
	}
	e->ctime = (git_index_time){(int32_t)ctime[0], ctime[1]};
	e->mtime = (git_index_time){(int32_t)mtime[0], mtime[1]};
	e->flags = (uint16_t)((flags & GIT_INDEX_ENTRY_VALID) |
			      (unsigned)stage << GIT_INDEX_ENTRY_STAGESHIFT);
	e->flags_extended = (uint16_t)(flags >> IN_MEMORY_SHIFT) & GIT_INDEX_ENTRY_EXTENDED_FLAGS;
	return p + used;
}

static int add_by_git(git_index *to, vv_repository *r, const char *file)
{
	static const char *const args[] = {"ls-files", "-z", "-s", "--debug", NULL};
	vv_auto(char) *setting = vv_asprintf("GIT_INDEX_FILE=%s", file);
	vv_auto(vv_buf) out = VV_BUF_INIT, said = VV_BUF_INIT;
	const char *const more[] = {setting, "GIT_OPTIONAL_LOCKS=0", NULL};
	const vv_git_call call = {.args = args,
				  .repo = r,
				  .in_worktree = vv_repository_workdir(r) != NULL,
				  .more = more,
				  .output = &out};
	git_index_entry e;
	int code = 0;

	if (!setting || vv_git_run(&call, &said, &code, VV_IGNORED) < 0 || code != 0) {
		return GIT_ERROR;
	}
	const char *p = vv_buf_cstr(&out), *end = p + out.len;
	while (p < end && code == 0) {
		if (!(p = read_listed(&e, p, end))) return GIT_ERROR;
		code = git_index_add(to, &e);
	}
	return code;
}

/* Is it sound, but of a form that only git reads: split, sparse, without a checksum (index.skipHash), or newer? git itself
 * does not look at checksums. */
static bool is_for_git(const char *file)
{
	static const uint8_t none[GIT_OID_RAWSZ];
	const git_error *last = git_error_last();
	uint8_t sum[sizeof(none)];
	vv_stat st;
	vv_auto(vv_fd) fd = -1;

	if (last && last->message && strstr(last->message, "unsupported mandatory extension")) {
		return true;
	}
	return vv_lstat(&st, file, NULL) == VV_OK && st.size > sizeof(sum) &&
	       (fd = vv_open(file, O_RDONLY | O_NONBLOCK, 0, NULL)) >= 0 &&
	       vv_pread_full(fd, sum, sizeof(sum), st.size - sizeof(sum), file, NULL) ==
		       (ssize_t)sizeof(sum) &&
	       memcmp(sum, none, sizeof(sum)) == 0;
}

int vv_index_file_read(git_index **out, vv_repository *r, const char *file)
{
	int code = git_index_open(out, file);

	if (code == 0 || !is_for_git(file)) return code;
	if ((code = git_index_new(out)) == 0 && (code = add_by_git(*out, r, file)) < 0) {
		git_index_free(vv_take(out));
	}
	return code;
}

static int read_file(git_index **out, vv_repository *r, vv_stat *before)
{
	vv_stat after = {0};
	int code = -1;

	for (int i = 0; i < TRIES && code < 0; i++) {
		(void)vv_lstat(before, r->index_file, NULL);
		code = vv_index_file_read(out, r, r->index_file);
		(void)vv_lstat(&after, r->index_file, NULL);
		if (vv_stat_equal(before, &after)) {
			break;
		}
	}
	return code;
}

int vv_index_file_lend(vv_repository *r)
{
	vv_auto(git_index) *x = NULL;
	int code = git_repository_index(&x, r->git);

	if (code < 0 && (code = vv_index_file_read(&x, r, r->index_file)) == 0) {
		code = git_repository_set_index(r->git, x);
	}
	return code;
}

static void forget_file(vv_repository *r)
{
	vv_index_file_close(vv_take(&r->index_kept));
}

static int make_file(vv_index_file **out, vv_repository *r_or_null)
{
	vv_index_file *f = vv_calloc(1, sizeof(*f));

	if (!f) {
		git_error_set_oom();
		return GIT_ERROR;
	}
	int code = r_or_null ? read_file(&f->git, r_or_null, &f->stat) : git_index_new(&f->git);
	f->users = 1;
	if (code < 0) {
		vv_index_file_close(f);
	} else {
		*out = f;
	}
	return code;
}

int vv_index_file_open(vv_index_file **out, vv_repository *r)
{
	vv_stat now = {0};
	int code;

	(void)vv_lstat(&now, r->index_file, NULL);
	if (!r->index_kept || !vv_stat_equal(&r->index_kept->stat, &now)) {
		forget_file(r);
		if ((code = make_file(&r->index_kept, r)) < 0) return code;
		r->close_index = forget_file;
	}
	r->index_kept->users++;
	*out = r->index_kept;
	return 0;
}

int vv_index_file_new(vv_index_file **out)
{
	return make_file(out, NULL);
}

int vv_index_file_own(vv_index_file **f, vv_repository *r)
{
	vv_index_file *shared = *f, *own;
	int code;

	if (shared == r->index_kept) {
		forget_file(r);
	}
	if (shared->users == 1) return 0;
	if ((code = make_file(&own, NULL)) < 0) return code;
	for (size_t i = 0; code == 0 && i < git_index_entrycount(shared->git); i++) {
		code = git_index_add(own->git, git_index_get_byindex(shared->git, i));
	}
	own->stat = shared->stat;
	vv_index_file_close(code < 0 ? own : shared);
	*f = code < 0 ? shared : own;
	return code;
}

void vv_index_file_close(vv_index_file *f)
{
	if (!f || --f->users > 0) return;
	git_index_free(f->git);
	vv_free(f);
}
