/*
 * index_file: whether it is still the same file.
 */
#include "repo/git/index/index_file.h"

#include "base/buf.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/index/index_splice.h"

#define TRIES 20 /* each against a file that was replaced just now */

/* With index.skipHash the index has no checksum; libgit2 1.5 takes it with one. */
static int open_with_sum(git_index **out, const char *path, int code)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(vv_new_file) f = {0};
	vv_auto(char) *dir = vv_path_dir(path);

	if (vv_read_file(&bytes, path, VV_INDEX_BYTES_MAX, NULL) < 0 || !vv_index_sum_put(&bytes) ||
	    vv_new_file_open(&f, dir, ".varve-", NULL) < 0 ||
	    vv_new_file_put(&f, bytes.data, bytes.len, NULL) < 0 ||
	    vv_new_file_end(&f, false, NULL) < 0) {
		return code;
	}
	return git_index_open(out, f.temp);
}

static int read_file(git_index **out, const char *path, vv_stat *before)
{
	vv_stat after = {0};
	int code = -1;

	for (int i = 0; i < TRIES && code < 0; i++) {
		(void)vv_lstat(before, path, NULL);
		if ((code = git_index_open(out, path)) < 0) {
			code = open_with_sum(out, path, code);
		}
		(void)vv_lstat(&after, path, NULL);
		if (vv_stat_equal(before, &after)) {
			break;
		}
	}
	return code;
}

int vv_index_file_lend(vv_repository *r)
{
	git_index *x = NULL;
	int code = git_repository_index(&x, r->git);

	if (code < 0 && (code = open_with_sum(&x, r->index_file, code)) == 0) {
		code = git_repository_set_index(r->git, x);
	}
	git_index_free(x);
	return code;
}

static void forget(vv_repository *r)
{
	vv_index_file_close(r->index_kept);
	r->index_kept = NULL;
}

static int make(vv_index_file **out, const char *path_or_null)
{
	vv_index_file *f = vv_calloc(1, sizeof(*f));

	if (!f) {
		git_error_set_oom();
		return GIT_ERROR;
	}
	int code = path_or_null ? read_file(&f->git, path_or_null, &f->stat)
				: git_index_new(&f->git);
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
		forget(r);
		if ((code = make(&r->index_kept, r->index_file)) < 0) return code;
		r->close_index = forget;
	}
	r->index_kept->users++;
	*out = r->index_kept;
	return 0;
}

int vv_index_file_new(vv_index_file **out)
{
	return make(out, NULL);
}

int vv_index_file_own(vv_index_file **f, vv_repository *r)
{
	vv_index_file *shared = *f, *own;
	int code;

	if (shared == r->index_kept) {
		forget(r);
	}
	if (shared->users == 1) return 0;
	if ((code = make(&own, NULL)) < 0) return code;
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
