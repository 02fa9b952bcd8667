/*
 * unpack: when the file that is to come may take the place of one that is there.
 */
#include "lib/worktree/unpack.h"

#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/unpacked.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/last_copy.h"
#include "repo/blocks/decompress.h"
#include "repo/git/index/worktree.h"

#define PIECE (256u << 10)

/* Copies what is inside of the packed file; to < 0: compares it with the file same_as instead. */
static vv_status walk(const char *packed, const char *name, int to, int same_as, bool *same,
		      uint64_t *bytes, vv_error *err)
{
	vv_auto(vv_unpacked) *u = NULL;
	vv_auto(char) *piece = vv_malloc(2 * PIECE);
	vv_source file;
	vv_fd_source storage;
	ssize_t got = 0;
	int fd = vv_open_regular(packed, 0, err);
	vv_status rc = fd < 0 ? (vv_status)fd : piece ? VV_OK : vv_fail_nomem(err);

	*bytes = 0;
	if (rc == VV_OK) {
		vv_source_fd(&file, &storage, fd, name, 0);
		rc = vv_unpacked_open(&u, &file, err);
	}
	while (rc == VV_OK && (got = vv_unpacked_source(u)->read(vv_unpacked_source(u)->payload,
								 piece, PIECE, err)) > 0) {
		*bytes += (uint64_t)got;
		if (to >= 0) {
			rc = vv_write_full(to, piece, (size_t)got, name, err);
		} else if (vv_read_full(same_as, piece + PIECE, (size_t)got, name, err) != got ||
			   memcmp(piece, piece + PIECE, (size_t)got) != 0) {
			break;
		}
	}
	*same = rc == VV_OK && got == 0;
	vv_close(fd, NULL, NULL);
	return rc == VV_OK && got < 0 ? (vv_status)got : rc;
}

/* Is the file that is there what would come? Then an earlier attempt wrote it. */
static vv_status is_same(const char *packed, const char *name, const char *file, uint64_t size,
			 bool *same, vv_error *err)
{
	uint64_t bytes;
	int fd = vv_open_regular(file, 0, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = walk(packed, name, -1, fd, same, &bytes, err);
	*same = *same && bytes == size;
	vv_close(fd, NULL, NULL);
	return rc;
}

static vv_status write_file(const vv_repository *r, const char *packed, const char *name,
			    const char *file, uint64_t *bytes, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(file), *temp_dir = vv_worktree_temp_dir(r, file),
		      *temp = NULL;
	bool all;

	if (!dir || !temp_dir) return vv_fail_nomem(err);
	vv_temp_sweep(temp_dir, VV_WRITE_TEMP); /* of processes that were killed */
	int fd = vv_temp_open(&temp, temp_dir, VV_WRITE_TEMP, err);
	vv_status rc = fd < 0 ? (vv_status)fd : walk(packed, name, fd, -1, &all, bytes, err);
	rc = rc < 0 ? rc : vv_fsync(fd, file, err);
	if (fd >= 0) {
		vv_close(fd, NULL, NULL);
	}
	if (rc == VV_OK && (rc = vv_rename(temp, file, err)) == VV_OK) {
		return vv_fsync_dir(dir, err);
	}
	if (temp) {
		(void)vv_unlink(temp, true, NULL);
	}
	return rc;
}

vv_status vv_unpack_run(char **out, uint64_t *bytes, const vv_unpack *u, const char *path,
			vv_error *err)
{
	const size_t plain = vv_decompress_name(path);
	vv_auto(char) *to = plain > 0 ? vv_strndup(path, plain) : NULL;
	vv_auto(char) *packed = vv_repository_file(u->repo, path);
	vv_auto(char) *file = to ? vv_repository_file(u->repo, to) : NULL;
	vv_stat st;
	bool same = false;
	vv_status rc;

	*out = NULL;
	if (plain == 0 || path[plain - 1] == '/') {
		return vv_fail(err, VV_EUSAGE, "'%s' is not called .gz, .zst, .xz or .bz2",
			       vv_text_shows(path));
	}
	if (!packed || !file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, VV_IGNORED) == VV_OK) {
		*bytes = st.size;
		if ((rc = is_same(packed, path, file, st.size, &same, err)) < 0 ||
		    (!same &&
		     (rc = vv_checkout_give_way(u->repo, u->reader, u->index, to, err)) < 0)) {
			return rc;
		}
	}
	if (!same && (rc = write_file(u->repo, packed, path, file, bytes, err)) < 0) return rc;
	*out = vv_take(&to);
	return VV_OK;
}
