/*
 * file: the loops around the system's file calls (EINTR, short transfers), and
 * replacing a file so that a crash leaves the old one or the new one.
 */
#define _DEFAULT_SOURCE /* d_type */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

#define MAX_TRANSFER ((size_t)1 << 30) /* some systems fail above INT_MAX */
#define READ_STEP 65536u
#define DAY 86400
#define TEMP_TRIES 100u

/* Does open() with these flags make a new file? Leaves errno unchanged. */
static bool open_creates(const char *path, int flags)
{
	const int number = errno;
	const bool is = (flags & O_CREAT) && ((flags & O_EXCL) || !vv_exists(path));

	errno = number;
	return is;
}

int vv_open(const char *path, int flags, mode_t mode, vv_error *err)
{
	int fd;

	if (!path) return vv_fail_nomem(err);
	do {
		fd = vv_sys_ops.open(path, flags | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0) {
		return vv_fail_errno(
			err, open_creates(path, flags) ? "cannot create" : "cannot open", path);
	}
	return fd;
}

static bool is_special(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && (S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode) ||
					 S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode));
}

int vv_open_regular(const char *path, int flags, vv_error *err)
{
	int fd = vv_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags, 0, err);
	struct stat st;
	vv_status rc;

	if (fd < 0 && fd != VV_ENOTFOUND && path &&
	    is_special(path)) { /* open() fails for sockets */
		return vv_fail(err, VV_EINPUT, "'%s' is not a regular file", vv_text_shows(path));
	}
	if (fd < 0) return fd;
	if (fstat(fd, &st) < 0) {
		rc = vv_fail_errno(err, "cannot read", path);
	} else if (!S_ISREG(st.st_mode)) {
		rc = vv_fail(err, VV_EINPUT, "'%s' is not a regular file", vv_text_shows(path));
	} else {
		return fd;
	}
	(void)vv_close(fd, path, NULL);
	return rc;
}

vv_status vv_close(int fd, const char *path, vv_error *err)
{
	/* After EINTR the descriptor is gone on Linux: another close could hit a stranger's. */
	if (fd < 0 || vv_sys_ops.close(fd) == 0 || errno == EINTR) return VV_OK;
	return vv_fail_errno(err, "cannot close", path);
}

vv_status vv_close_after(vv_status rc, int fd, const char *path, vv_error *err)
{
	const vv_status closed = vv_close(fd, path, rc < 0 ? VV_IGNORED : err);

	return rc < 0 ? rc : closed;
}

ssize_t vv_read_some(int fd, void *out, size_t len, const char *path, vv_error *err)
{
	ssize_t got;

	do {
		got = vv_sys_ops.read(fd, out, len);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? vv_fail_errno(err, "cannot read", path) : got;
}

/* offset negative: from the descriptor's position. */
static ssize_t read_loop(int fd, void *out, size_t len, off_t offset, const char *path,
			 vv_error *err)
{
	unsigned char *p = out;
	size_t done = 0;

	if (len > SSIZE_MAX) {
		return vv_fail(err, VV_EREFUSED, "'%s' is too large to read at once",
			       vv_text_shows(path));
	}
	while (done < len) {
		size_t step = len - done < MAX_TRANSFER ? len - done : MAX_TRANSFER;
		ssize_t got;

		if (offset < 0) {
			got = vv_sys_ops.read(fd, p + done, step);
		} else {
			got = vv_sys_ops.pread(fd, p + done, step, offset + (off_t)done);
		}
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) return vv_fail_errno(err, "cannot read", path);
		if (got == 0) {
			break;
		}
		done += (size_t)got;
	}
	return (ssize_t)done;
}

ssize_t vv_read_full(int fd, void *out, size_t len, const char *path, vv_error *err)
{
	return read_loop(fd, out, len, -1, path, err);
}

ssize_t vv_pread_full(int fd, void *out, size_t len, uint64_t offset, const char *path,
		      vv_error *err)
{
	if (offset > INT64_MAX || len > INT64_MAX - offset) {
		return vv_fail(err, VV_EIO, "cannot read '%s' at offset %llu", vv_text_shows(path),
			       (unsigned long long)offset);
	}
	return read_loop(fd, out, len, (off_t)offset, path, err);
}

vv_status vv_hash_rest(vv_xxh3_state *hash, uint64_t *len, int fd, const char *path, vv_error *err)
{
	char part[65536];
	ssize_t n;

	*len = 0;
	while ((n = vv_read_full(fd, part, sizeof(part), path, err)) > 0) {
		vv_xxh3_update(hash, part, (size_t)n);
		*len += (uint64_t)n;
	}
	return n < 0 ? (vv_status)n : VV_OK;
}

vv_status vv_write_full(int fd, const void *bytes, size_t len, const char *path, vv_error *err)
{
	const unsigned char *p = bytes;

	while (len > 0) {
		ssize_t put = vv_sys_ops.write(fd, p, len < MAX_TRANSFER ? len : MAX_TRANSFER);

		if (put < 0 && errno == EINTR) {
			continue;
		}
		if (put == 0) {
			errno = EIO;
		}
		if (put <= 0) return vv_fail_errno(err, "cannot write", path);
		p += put;
		len -= (size_t)put;
	}
	return VV_OK;
}

vv_status vv_fsync(int fd, const char *path, vv_error *err)
{
	int rc;

	do {
		rc = vv_sys_ops.fsync(fd);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0) return vv_fail_errno(err, "cannot make durable", path);
	return VV_OK;
}

static vv_status sync_at(const char *path, int flags, vv_error *err)
{
	vv_auto(vv_fd) fd = vv_open(path, O_RDONLY | O_NONBLOCK | flags, 0, err);

	return fd < 0 ? (vv_status)fd : vv_fsync(fd, path, err);
}

vv_status vv_fsync_path(const char *path, vv_error *err)
{
	return sync_at(path, 0, err);
}

vv_status vv_fsync_dir(const char *path, vv_error *err)
{
	return sync_at(path, O_DIRECTORY, err);
}

/* Removes an empty folder that is in the place of a file. */
static bool gave_way(const char *path)
{
	return errno == EISDIR && rmdir(path) == 0;
}

vv_status vv_rename(const char *from, const char *to, vv_error *err)
{
	if (!from || !to) return vv_fail_nomem(err);
	if (vv_sys_ops.rename(from, to) < 0 &&
	    !(gave_way(to) && vv_sys_ops.rename(from, to) == 0)) {
		return vv_fail_errno(err, "cannot rename to", to);
	}
	return VV_OK;
}

vv_status vv_unlink(const char *path, bool missing_ok, vv_error *err)
{
	if (!path) return vv_fail_nomem(err);
	if (vv_sys_ops.unlink(path) == 0 || (missing_ok && errno == ENOENT)) return VV_OK;
	return vv_fail_errno(err, "cannot remove", path);
}

bool vv_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Makes one folder, unless it exists. False: errno is set. */
static bool make_dir(const char *path)
{
	if (vv_sys_ops.mkdir(path, 0777) == 0) return true;
	int number = errno;
	if (vv_is_folder(path)) return true;
	errno = number;
	return false;
}

vv_status vv_mkdirs(const char *path, vv_error *err)
{
	vv_auto(char) *copy = path ? vv_strdup(path) : NULL;

	if (!copy) return vv_fail_nomem(err);
	if (vv_is_folder(path) || make_dir(path)) return VV_OK; /* most have their folder above */
	if (errno != ENOENT && errno != ENOTDIR) {
		return vv_fail_errno(err, "cannot create the folder", path);
	}
	for (char *slash = strchr(copy + vv_os_root_len(copy), '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (copy[0] != '\0' && !make_dir(copy)) {
			return vv_fail_errno(err, "cannot create the folder", copy);
		}
		*slash = '/';
	}
	return make_dir(path) ? VV_OK : vv_fail_errno(err, "cannot create the folder", path);
}

vv_status vv_mkdirs_above(const char *path, vv_error *err)
{
	vv_auto(char) *dir = path ? vv_path_dir(path) : NULL;

	return vv_mkdirs(dir, err);
}

/* Folders and files still to be removed; a folder stays below its entries until they are gone. */
typedef struct removal {
	char *path;
	bool listed; /* its entries were pushed once: not again, should it fill up meanwhile */
} removal;

typedef struct removals {
	removal *items;
	size_t count, cap;
	const char *last; /* entry of the folder itself to remove last; NULL: any */
} removals;

static vv_status push_removal(removals *r, char *take_path, vv_error *err)
{
	return vv_array_own(r->items, r->count, r->cap, take_path, (removal){.path = take_path})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* The entry `last` is pushed below all others, to be removed last; NULL: any order. */
static vv_status push_entries(removals *r, const char *dir, const char *last, vv_error *err)
{
	vv_auto(vv_folder) f = {0};
	vv_status rc = vv_folder_read(&f, dir, false, err);

	if (rc == VV_OK && last) {
		rc = push_removal(r, vv_path_join(dir, last, NULL), err);
	}
	while (rc == VV_OK && vv_folder_next(&f)) {
		if (!last || strcmp(f.name, last) != 0) {
			rc = push_removal(r, vv_strdup(f.path), err);
		}
	}
	return rc;
}

/* Removes the topmost item, or pushes its entries. */
static vv_status remove_top(removals *r, vv_error *err)
{
	removal *top = &r->items[r->count - 1];
	struct stat st;

	if (lstat(top->path, &st) < 0) {
		if (errno != ENOENT && errno != ENOTDIR) {
			return vv_fail_errno(err, "cannot remove", top->path);
		}
	} else if (!S_ISDIR(st.st_mode)) {
		if (vv_sys_ops.unlink(top->path) < 0 && errno != ENOENT) {
			return vv_fail_errno(err, "cannot remove", top->path);
		}
	} else if (vv_sys_ops.rmdir(top->path) < 0 && errno != ENOENT) {
		if ((errno != ENOTEMPTY && errno != EEXIST) || top->listed) {
			return vv_fail_errno(err, "cannot remove the folder", top->path);
		}
		top->listed = true;
		return push_entries(r, top->path, r->count == 1 ? r->last : NULL, err);
	}
	vv_free(top->path);
	r->count--;
	return VV_OK;
}

vv_status vv_remove_leftover(const char *path, const char *name, vv_error *err)
{
	removals r = {.last = name};
	vv_status rc = push_removal(&r, path ? vv_strdup(path) : NULL, err);

	while (rc == VV_OK && r.count > 0) {
		rc = remove_top(&r, err);
	}
	while (r.count > 0) {
		vv_free(r.items[--r.count].path);
	}
	vv_free(r.items);
	return rc;
}

vv_status vv_remove_tree(const char *path, vv_error *err)
{
	return vv_remove_leftover(path, NULL, err);
}

static vv_status too_large(const char *path, size_t max, vv_error *err)
{
	return vv_fail(err, VV_EREFUSED, "'%s' is larger than %s, the limit for this kind of file",
		       vv_text_shows(path), vv_text_bytes(max));
}

vv_status vv_read_rest(vv_buf *out, int fd, const char *path, size_t max, vv_error *err)
{
	size_t start = out->len;
	ssize_t got;

	for (;;) {
		size_t step = out->cap > out->len + 1 ? out->cap - out->len - 1 : READ_STEP;

		if (!vv_buf_reserve(out, step)) return vv_fail_nomem(err);
		got = vv_read_full(fd, out->data + out->len, step, path, err);
		if (got < 0) return (vv_status)got;
		out->len += (size_t)got;
		out->data[out->len] = '\0';
		if (out->len - start > max) return too_large(path, max, err);
		if ((size_t)got < step) return VV_OK;
	}
}

/* Takes fd, which may be a negative vv_status. */
static vv_status read_open(vv_buf *out, int fd, const char *path, size_t max, vv_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0) return vv_fail_errno(err, "cannot read", path);
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max) return too_large(path, max, err);
	/* One byte more, so that the end is seen by the first read. */
	if (S_ISREG(st.st_mode) && !vv_buf_reserve(out, (size_t)st.st_size + 1)) {
		return vv_fail_nomem(err);
	}
	return vv_read_rest(out, fd, path, max, err);
}

static vv_status read_and_close(vv_buf *out, vv_fd take_fd, const char *path, size_t max,
				vv_error *err)
{
	vv_auto(vv_fd) fd = take_fd;
	const size_t start = out->len;
	const vv_status rc = fd < 0 ? (vv_status)fd : read_open(out, fd, path, max, err);

	if (rc < 0 && out->data) {
		out->len = start;
		out->data[start] = '\0';
	}
	return rc;
}

vv_status vv_read_file(vv_buf *out, const char *path, size_t max, vv_error *err)
{
	return read_and_close(out, vv_open(path, O_RDONLY, 0, err), path, max, err);
}

vv_status vv_read_regular(vv_buf *out, const char *path, size_t max, vv_error *err)
{
	return read_and_close(out, vv_open_regular(path, 0, err), path, max, err);
}

/* The permissions of the file that is going to be replaced stay. */
static void keep_mode(int fd, const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		(void)fchmod(fd, st.st_mode & 0777);
	}
}

static bool is_old(const char *path)
{
	vv_stat st = {0};
	return vv_lstat(&st, path, NULL) == VV_OK && st.mtime_sec < vv_now_sec() - DAY;
}

void vv_temp_sweep(const char *dir, const char *prefix)
{
	size_t prefix_len = strlen(prefix);
	DIR *d = opendir(dir);
	struct dirent *e;
	bool ended;

	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, prefix, prefix_len) != 0 ||
		    !vv_temp_name_read(e->d_name + prefix_len, &ended)) {
			continue;
		}
		vv_auto(char) *path = vv_path_join(dir, e->d_name, (char *)NULL);
		if (path && (ended || is_old(path))) {
			(void)vv_remove_tree(path, NULL);
		}
	}
	if (d) {
		(void)closedir(d);
	}
}

typedef struct replacing {
	bool sync_file, sync_dir;
	bool sweep;           /* what dead processes left there */
	const char *temp_dir; /* NULL: beside it */
	vv_before_fn before;
	void *payload;
} replacing;

static vv_status replace_file(const char *path, const void *bytes, size_t len, replacing how,
			      vv_error *err)
{
	vv_auto(char) *dir = path ? vv_path_dir(path) : NULL;
	vv_auto(vv_new_file) file = {.name = path};
	vv_status rc;

	if (!dir) return vv_fail_nomem(err);
	const char *temp_dir = how.temp_dir ? how.temp_dir : dir;
	if (how.sweep) {
		vv_temp_sweep(temp_dir, VV_WRITE_TEMP);
	}
	if ((rc = vv_new_file_open(&file, temp_dir, VV_WRITE_TEMP, err)) < 0) return rc;
	keep_mode(file.fd, path);
	if ((rc = vv_new_file_put(&file, bytes, len, err)) < 0 ||
	    (rc = vv_new_file_end(&file, how.sync_file, err)) < 0 ||
	    (how.before && (rc = how.before(how.payload, file.temp, err)) < 0) ||
	    (rc = vv_new_file_place(&file, path, err)) < 0) {
		return rc;
	}
	return how.sync_dir ? vv_fsync_dir(dir, err) : VV_OK;
}

vv_status vv_write_file(const char *path, const void *bytes, size_t len, bool durable,
			vv_error *err)
{
	const replacing how = {.sync_file = durable, .sync_dir = durable, .sweep = durable};

	return replace_file(path, bytes, len, how, err);
}

vv_status vv_write_file_after(const char *path, const char *temp_dir, const void *bytes, size_t len,
			      bool durable, vv_before_fn before, void *payload, vv_error *err)
{
	const replacing how = {.sync_file = durable,
			       .sync_dir = durable,
			       .sweep = durable,
			       .temp_dir = temp_dir,
			       .before = before,
			       .payload = payload};

	return replace_file(path, bytes, len, how, err);
}

vv_status vv_write_file_synced(const char *path, const void *bytes, size_t len, vv_error *err)
{
	const replacing how = {.sync_file = true};

	return replace_file(path, bytes, len, how, err);
}

int vv_temp_open(char **path_out, const char *dir, const char *prefix, vv_error *err)
{
	char name[VV_TEMP_RANDOM + 1];

	*path_out = NULL;
	for (unsigned tries = 0; tries < TEMP_TRIES; tries++) {
		vv_temp_name(name);
		vv_auto(char) *path = vv_asprintf("%s/%s%s", dir, prefix, name);
		if (vv_alloc_ok(path, err) < 0) return VV_ENOMEM;
		int fd = vv_open(path, O_RDWR | O_CREAT | O_EXCL, 0666, err);
		if (fd >= 0) {
			*path_out = vv_take(&path);
			return fd;
		}
		if (fd == VV_ENOTFOUND) {
			return vv_fail(err, VV_ENOTFOUND, "the folder '%s' does not exist",
				       vv_text_shows(dir));
		}
		if (fd != VV_EEXISTS) return fd;
	}
	return vv_fail(err, VV_EIO, "cannot find a free name for a temporary file in '%s'",
		       vv_text_shows(dir));
}

int vv_temp_open_unlinked(char **path_out, const char *dir, const char *prefix, vv_error *err)
{
	const char *usual = getenv("TMPDIR");
	vv_status rc;
	int fd;

	if (!dir) {
		dir = usual && *usual ? usual : "/tmp";
	}
	vv_temp_sweep(dir, prefix);
	if ((fd = vv_temp_open(path_out, dir, prefix, err)) < 0) return fd;
	if ((rc = vv_unlink(*path_out, true, err)) < 0) {
		vv_close(fd, NULL, NULL);
		vv_free(vv_take(path_out));
		return (int)rc;
	}
	return fd;
}

vv_status vv_new_file_open(vv_new_file *f, const char *dir, const char *prefix, vv_error *err)
{
	if (!dir) return vv_fail_nomem(err);
	f->fd = vv_temp_open(&f->temp, dir, prefix, err);
	f->name = f->name ? f->name : f->temp;
	return f->fd < 0 ? (vv_status)f->fd : VV_OK;
}

vv_status vv_new_file_beside(vv_new_file *f, const char *path, const char *prefix, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(path);
	struct stat st;

	const bool exists = stat(path, &st) == 0;

	if (exists && S_ISDIR(st.st_mode)) {
		return vv_fail(err, VV_EINPUT, "'%s' is a folder\nname a file in it",
			       vv_text_shows(path));
	}
	if (exists && !S_ISREG(st.st_mode)) {
		return vv_fail(err, VV_EINPUT,
			       "'%s' is not a regular file, and writing would replace it\nwrite to "
			       "another path",
			       vv_text_shows(path));
	}
	if (dir) {
		vv_temp_sweep(dir, prefix);
	}
	f->name = path;
	return vv_new_file_open(f, dir, prefix, err);
}

vv_status vv_new_file_put(void *file, const void *bytes, size_t len, vv_error *err)
{
	const vv_new_file *f = file;

	return vv_write_full(f->fd, bytes, len, f->name, err);
}

vv_status vv_new_file_mode(const vv_new_file *f, uint32_t mode, vv_error *err)
{
	return fchmod(f->fd, mode & 07777) < 0
		       ? vv_fail_errno(err, "cannot set the mode of", f->name)
		       : VV_OK;
}

vv_status vv_new_file_end(vv_new_file *f, bool durable, vv_error *err)
{
	const int fd = f->fd;
	const vv_status rc = durable ? vv_fsync(fd, f->name, err) : VV_OK;

	f->fd = -1;
	return vv_close_after(rc, fd, f->name, err);
}

vv_status vv_new_file_place(vv_new_file *f, const char *path, vv_error *err)
{
	const vv_status rc = vv_rename(f->temp, path, err);

	if (rc == VV_OK) {
		vv_free(vv_take(&f->temp));
	}
	return rc;
}

void vv_new_file_clear(vv_new_file *f)
{
	if (f->temp) {
		(void)vv_close(f->fd, NULL, VV_IGNORED);
		(void)vv_unlink(f->temp, true, VV_IGNORED);
	}
	vv_free(vv_take(&f->temp));
}

void vv_remove_empty_above(const char *path, size_t least, const char *except)
{
	vv_auto(char) *dir = vv_path_dir(path);

	while (dir && strlen(dir) > least && (!except || strcmp(dir, except) != 0) &&
	       vv_sys_ops.rmdir(dir) == 0) {
		char *up = vv_path_dir(dir);

		vv_free(dir);
		dir = up;
	}
}

static void fill_stat(vv_stat *out, const struct stat *st)
{
	*out = (vv_stat){.size = (uint64_t)st->st_size,
			 .mtime_sec = (int64_t)st->st_mtim.tv_sec,
			 .mtime_nsec = (uint32_t)st->st_mtim.tv_nsec,
			 .ctime_sec = (int64_t)st->st_ctim.tv_sec,
			 .ctime_nsec = (uint32_t)st->st_ctim.tv_nsec,
			 .ino = (uint64_t)st->st_ino,
			 .dev = (uint64_t)st->st_dev,
			 .mode = (uint32_t)st->st_mode,
			 .uid = (uint32_t)st->st_uid,
			 .gid = (uint32_t)st->st_gid};
}

vv_status vv_lstat(vv_stat *out, const char *path, vv_error *err)
{
	struct stat st;

	if (!path) return vv_fail_nomem(err);
	if (lstat(path, &st) < 0) return vv_fail_errno(err, "cannot get the status of", path);
	fill_stat(out, &st);
	return VV_OK;
}

/* *above, if that is the folder of the path, has no link in it. */
static vv_status has_no_link_above(int dir, const char *path, vv_buf *above, vv_error *err)
{
	const char *end = strrchr(path, '/');
	const size_t len = end ? (size_t)(end - path) : 0;
	struct stat st;

	if (len == 0 || (above->len == len && memcmp(above->data, path, len) == 0)) return VV_OK;
	vv_buf_reset(above);
	for (size_t i = 0; i < len; i++) {
		vv_buf_putc(above, path[i]);
		if (path[i + 1] == '/' &&
		    fstatat(dir, vv_buf_cstr(above), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISLNK(st.st_mode)) {
			vv_buf_reset(above);
			return vv_fail(err, VV_ENOTFOUND,
				       "the path '%s' leads through a symbolic "
				       "link",
				       vv_text_shows(path));
		}
	}
	return vv_buf_ok(above, err);
}

vv_status vv_lstat_at(vv_stat *out, int dir, const char *path, vv_buf *above, vv_error *err)
{
	struct stat st;
	vv_status rc = above ? has_no_link_above(dir, path, above, err) : VV_OK;

	if (rc < 0) return rc;
	if (fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		return vv_fail_errno(err, "cannot get the status of", path);
	}
	fill_stat(out, &st);
	return VV_OK;
}

vv_status vv_has_no_link(const char *top, const char *name, vv_error *err)
{
	vv_stat st;

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		vv_auto(char) *path = vv_asprintf("%s/%.*s", top, (int)(slash - name), name);
		if (!path) return vv_fail_nomem(err);
		if (vv_lstat(&st, path, VV_IGNORED) == VV_OK && S_ISLNK(st.mode)) {
			return vv_fail(
				err, VV_EIO,
				"'%s' is a symbolic link, and varve does not write through "
				"symbolic links\nuse the path of the link's target, or replace the "
				"link by a folder",
				vv_text_shows(path));
		}
	}
	return VV_OK;
}

vv_status vv_fstat(vv_stat *out, int fd, const char *path, vv_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0) return vv_fail_errno(err, "cannot get the status of", path);
	fill_stat(out, &st);
	return VV_OK;
}

bool vv_stat_equal(const vv_stat *a, const vv_stat *b)
{
	return a->size == b->size && a->mtime_sec == b->mtime_sec &&
	       a->mtime_nsec == b->mtime_nsec && a->ctime_sec == b->ctime_sec &&
	       a->ctime_nsec == b->ctime_nsec && a->ino == b->ino && a->dev == b->dev &&
	       (a->mode & S_IFMT) == (b->mode & S_IFMT);
}

static bool is_past(int64_t sec, uint32_t nsec)
{
	const int64_t second = 1000000000,
		      tick = second / 50; /* the clock moves every 10 ms or less */
	int64_t now;
	uint32_t now_nsec;

	vv_now(&now, &now_nsec);
	if (sec < now - 1) return true;
	if (sec > now || nsec == 0) return false;
	const int64_t age = (now - sec) * second + now_nsec - nsec;
	if (age >= 0 && age < tick) {
		(void)nanosleep(&(struct timespec){.tv_nsec = (long)(tick - age)}, NULL);
	}
	return age >= 0;
}

bool vv_stat_wait(const vv_stat *st)
{
	const bool written = is_past(st->mtime_sec, st->mtime_nsec);

	return is_past(st->ctime_sec, st->ctime_nsec) && written;
}

bool vv_exists(const char *path)
{
	struct stat st;

	return path && lstat(path, &st) == 0;
}

vv_status vv_hint_folder(vv_status rc, const char *path, vv_error *err)
{
	if (rc < 0 && path && vv_is_folder(path)) {
		vv_hint(err,
			"a folder is in the place of this file: move it elsewhere, then try again");
	}
	return rc;
}

vv_status vv_string_list_add(vv_string_list *list, char *take_name, vv_error *err)
{
	return vv_array_own(list->items, list->count, list->cap, take_name, take_name)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

void vv_string_list_clear(vv_string_list *list)
{
	vv_names_free(list->items, list->count);
	*list = (vv_string_list){NULL, 0, 0};
}

void vv_names_free(char **names, size_t count)
{
	while (names && count > 0) {
		vv_free(names[--count]);
	}
	vv_free(names);
}

static int compare_after_kind(const void *a, const void *b)
{
	return strcmp(*(char *const *)a + 1, *(char *const *)b + 1);
}

static vv_entry_kind kind_of(const struct dirent *e)
{
	switch (e->d_type) {
	case DT_UNKNOWN:
		return VV_ENTRY_UNKNOWN;
	case DT_REG:
		return VV_ENTRY_FILE;
	case DT_LNK:
		return VV_ENTRY_LINK;
	case DT_DIR:
		return VV_ENTRY_FOLDER;
	default:
		return VV_ENTRY_OTHER;
	}
}

/* The name, after a letter for its kind where those are requested. */
static char *name_of(const struct dirent *e, bool kinds)
{
	vv_buf b = VV_BUF_INIT;

	if (!kinds) return vv_strdup(e->d_name);
	vv_buf_putc(&b, (char)('a' + (int)kind_of(e)));
	vv_buf_puts(&b, e->d_name);
	return vv_buf_detach(&b);
}

static vv_status read_names(vv_string_list *out, DIR *dir, const char *path, bool kinds,
			    vv_error *err)
{
	struct dirent *entry;

	while ((void)(errno = 0), (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    vv_string_list_add(out, name_of(entry, kinds), err) < 0) {
			return VV_ENOMEM;
		}
	}
	if (errno != 0) return vv_fail_errno(err, "cannot read the folder", path);
	if (out->count > 1) {
		qsort(out->items, out->count, sizeof(*out->items),
		      kinds ? compare_after_kind : vv_text_order);
	}
	return VV_OK;
}

static vv_status list_dir(char ***names, size_t *count, const char *path, bool kinds, vv_error *err)
{
	vv_auto(vv_string_list) list = {0};
	vv_status rc;
	DIR *dir;

	*names = NULL;
	*count = 0;
	if (!path) return vv_fail_nomem(err);
	if (!(dir = opendir(path))) return vv_fail_errno(err, "cannot open the folder", path);
	if ((rc = read_names(&list, dir, path, kinds, err)) == VV_OK) {
		*names = vv_take(&list.items);
		*count = list.count;
		list.count = 0;
	}
	(void)closedir(dir);
	return rc;
}

vv_status vv_list_dir(char ***names, size_t *count, const char *path, vv_error *err)
{
	return list_dir(names, count, path, false, err);
}

vv_status vv_folder_read(vv_folder *out, const char *dir, bool missing_ok, vv_error *err)
{
	size_t longest = 0;
	vv_status rc;

	*out = (vv_folder){.joined = VV_BUF_INIT};
	if ((rc = list_dir(&out->names.items, &out->names.count, dir, true, err)) < 0) {
		return missing_ok ? vv_missing_ok(rc, err) : rc;
	}
	for (size_t i = 0; i < out->names.count; i++) {
		size_t len = strlen(out->names.items[i]);
		longest = len > longest ? len : longest;
	}
	vv_buf_puts(&out->joined, dir);
	if (out->joined.len == 0 || dir[out->joined.len - 1] != '/') {
		vv_buf_putc(&out->joined, '/');
	}
	out->dir_len = out->joined.len;
	(void)vv_buf_reserve(&out->joined, longest); /* so that the next entry always has room */
	if ((rc = vv_buf_ok(&out->joined, err)) < 0) {
		vv_folder_clear(out); /* callers that ignore the error iterate over nothing */
	}
	return rc;
}

bool vv_folder_next(vv_folder *f)
{
	if (f->next == f->names.count) return false;
	f->kind = (vv_entry_kind)(f->names.items[f->next][0] - 'a');
	f->name = f->names.items[f->next++] + 1;
	f->joined.len = f->dir_len;
	vv_buf_puts(&f->joined, f->name);
	f->path = f->joined.data;
	return true;
}

void vv_folder_clear(vv_folder *f)
{
	vv_string_list_clear(&f->names);
	vv_buf_clear(&f->joined);
}
