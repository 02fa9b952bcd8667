/*
 * file: reading, writing and making durable, through vv_sys_ops.
 *
 * All of it retries EINTR and short transfers. Paths are used as given. A NULL path means that its
 * allocation failed: VV_ENOMEM.
 */
#ifndef VV_BASE_FILE_H
#define VV_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/holder.h"

/* Opens with O_CLOEXEC added; the descriptor or, negative, a vv_status. */
int vv_open(const char *path, int flags, mode_t mode, vv_error *err);

/* Opens a regular file to read it. A work tree may contain anything: opening a pipe waits for its
 * writer, opening a device may do more. VV_EINPUT: it is something else (or, with O_NOFOLLOW in
 * flags, VV_EIO: a symbolic link). */
int vv_open_regular(const char *path, int flags, vv_error *err);

/* Closes fd (negative: nothing). A failing close of a written file is VV_EIO. */
vv_status vv_close(int fd, const char *path, vv_error *err);

/* Reads up to len bytes, fewer only at the end of the file. The count, or a negative vv_status. */
ssize_t vv_read_full(int fd, void *out, size_t len, const char *path, vv_error *err);

/* What is there, at least a byte; 0: nothing more comes. */
ssize_t vv_read_some(int fd, void *out, size_t len, const char *path, vv_error *err);

/* The same as vv_read_full at an offset, leaving the position alone. */
ssize_t vv_pread_full(int fd, void *out, size_t len, uint64_t offset, const char *path,
		      vv_error *err);

/* Adds the rest of a file to a hash; *len: the number of bytes. */
vv_status vv_hash_rest(vv_xxh3_state *hash, uint64_t *len, int fd, const char *path, vv_error *err);

vv_status vv_write_full(int fd, const void *bytes, size_t len, const char *path, vv_error *err);

vv_status vv_fsync(int fd, const char *path, vv_error *err);
vv_status vv_fsync_dir(const char *path, vv_error *err);
/* Replaces an empty folder, too. */
vv_status vv_rename(const char *from, const char *to, vv_error *err);
vv_status vv_unlink(const char *path, bool missing_ok, vv_error *err);

/* mkdir -p; existing directories are fine. Made with mode 0777 & ~umask. */
vv_status vv_mkdirs(const char *path, vv_error *err);

/* mkdir -p for the folders above path. */
vv_status vv_mkdirs_above(const char *path, vv_error *err);

/* Removes a file or a whole folder, never following symbolic links; a missing one is fine. */
vv_status vv_remove_tree(const char *path, vv_error *err);

/* Appends the whole file to out. Refuses more than max bytes (VV_EREFUSED). */
vv_status vv_read_file(vv_buf *out, const char *path, size_t max, vv_error *err);

/* The same of a regular file: VV_EINPUT as vv_open_regular. For files of the work tree. */
vv_status vv_read_regular(vv_buf *out, const char *path, size_t max, vv_error *err);

#define VV_WRITE_TEMP ".varve-tmp-" /* prefix of vv_write_file's temporary files */

/* Replaces path by len bytes: temporary file beside it, write, fsync when durable, rename, and
 * fsync of the folder when durable. On failure the old file is untouched and the temporary one is
 * gone. Temporary files of dead processes beside it go, too, when durable. */
vv_status vv_write_file(const char *path, const void *bytes, size_t len, bool durable,
			vv_error *err);
/* The same with the temporary file in temp_dir, which is on path's file system; `before` is called when the file is
 * complete, and may refuse it. */
typedef vv_status (*vv_before_fn)(void *payload, const char *temp, vv_error *err);
vv_status vv_write_file_after(const char *path, const char *temp_dir, const void *bytes, size_t len,
			      bool durable, vv_before_fn before, void *payload, vv_error *err);

/* The same, durable, but that the folder is left to the caller, who syncs it for several files. */
vv_status vv_write_file_synced(const char *path, const void *bytes, size_t len, vv_error *err);

/* A new file "<dir>/<prefix><name>" (base/holder.h) opened for writing and reading, mode
 * 0666 & ~umask; *path_out is owned by the caller (vv_free). */
int vv_temp_open(char **path_out, const char *dir, const char *prefix, vv_error *err);

/* The same for an unlinked file, which disappears with the process. dir NULL: TMPDIR, else /tmp. *path_out: its
 * former name, for messages. Also removes files of processes that were killed before they unlinked theirs. */
int vv_temp_open_unlinked(char **path_out, const char *dir, const char *prefix, vv_error *err);

/* A file that is written beside the one whose name it gets, {0} before: cleared without a name it is gone.
 * A correct caller: open or beside; put; end; place. */
typedef struct vv_new_file {
	int fd;
	char *temp;       /* NULL: it does not exist, or it has its name */
	const char *name; /* for messages; borrowed */
} vv_new_file;

/* In dir; NULL: out of memory. */
vv_status vv_new_file_open(vv_new_file *f, const char *dir, const char *prefix, vv_error *err);
/* In the folder of path, which is borrowed, after vv_temp_sweep. VV_EINPUT: path is a device, or a pipe. */
vv_status vv_new_file_beside(vv_new_file *f, const char *path, const char *prefix, vv_error *err);
/* As a vv_bytes_fn has it. */
vv_status vv_new_file_put(void *file, const void *bytes, size_t len, vv_error *err);
/* The permissions of a file with this mode. */
vv_status vv_new_file_mode(const vv_new_file *f, uint32_t mode, vv_error *err);
vv_status vv_new_file_end(vv_new_file *f, bool durable, vv_error *err);
vv_status vv_new_file_place(vv_new_file *f, const char *path, vv_error *err);
void vv_new_file_clear(vv_new_file *f);
VV_AUTO_CLEAR(vv_new_file, vv_new_file_clear)

/* Removes folders that have become empty, from the one of path upwards, while their paths are longer than least; not the one
 * that is named except (NULL: none). */
void vv_remove_empty_above(const char *path, size_t least, const char *except);

/* Removes files and whole folders named "<prefix><name>" from the folder if their process has certainly
 * ended or they are older than a day. Ignores failures. */
void vv_temp_sweep(const char *dir, const char *prefix);

/* Identifies a file's content without reading it. */
typedef struct vv_stat {
	uint64_t size;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint64_t ino, dev;
	uint32_t mode; /* st_mode */
	uint32_t uid, gid;
} vv_stat;

/* lstat / fstat. VV_ENOTFOUND when there is nothing (message set as always). */
vv_status vv_lstat(vv_stat *out, const char *path, vv_error *err);
/* For a path below an open folder; for thousands of files the folders above are not walked each time. above: empty in the
 * first call, then reused; VV_ENOTFOUND if a folder above the path is a symbolic link. NULL: links are followed. */
vv_status vv_lstat_at(vv_stat *out, int dir, const char *path, vv_buf *above, vv_error *err);
/* Are the folders of a name below top no symbolic links? What is elsewhere is not that folder's. VV_EIO names one that is. */
vv_status vv_has_no_link(const char *top, const char *name, vv_error *err);
vv_status vv_fstat(vv_stat *out, int fd, const char *path, vv_error *err);
/* every member but mode's permission bits, uid and gid */
bool vv_stat_equal(const vv_stat *a, const vv_stat *b);
bool vv_exists(const char *path);    /* lstat succeeds; NULL: false */
bool vv_is_folder(const char *path); /* or a link to one */

/* A list of strings, each its own. */
typedef struct vv_string_list {
	char **items;
	size_t count, cap;
} vv_string_list;
/* take_name NULL: its allocation failed, VV_ENOMEM. */
vv_status vv_string_list_add(vv_string_list *list, char *take_name, vv_error *err);
void vv_string_list_clear(vv_string_list *list);
VV_AUTO_CLEAR(vv_string_list, vv_string_list_clear)

/* VV_ENTRY_UNKNOWN: the file system does not report it; use vv_lstat. */
typedef enum vv_entry_kind {
	VV_ENTRY_UNKNOWN,
	VV_ENTRY_FILE,
	VV_ENTRY_LINK,
	VV_ENTRY_FOLDER,
	VV_ENTRY_OTHER
} vv_entry_kind;

/* The entries of a folder but "." and "..", sorted bytewise, read at once:
 *
 *	vv_auto(vv_folder) f = {0};
 *	if ((rc = vv_folder_read(&f, dir, false, err)) < 0) {
 *		return rc;
 *	}
 *	while (vv_folder_next(&f)) ... f.name, f.path ...
 */
typedef struct vv_folder {
	const char *name, *path; /* of the entry ("<dir>/<name>"), until the next one */
	vv_entry_kind kind;      /* as the folder itself has it */
	vv_string_list names;    /* each after a letter for its kind */
	size_t next, dir_len;
	vv_buf joined;
} vv_folder;
/* missing_ok: a folder that is not there is an empty one. */
vv_status vv_folder_read(vv_folder *out, const char *dir, bool missing_ok, vv_error *err);
bool vv_folder_next(vv_folder *f);
void vv_folder_clear(vv_folder *f);
VV_AUTO_CLEAR(vv_folder, vv_folder_clear)

/* The names alone, as a list: *names is an
 * array of *count strings, each and the array owned by the caller
 * (vv_names_free). */
vv_status vv_list_dir(char ***names, size_t *count, const char *path, vv_error *err);
void vv_names_free(char **names, size_t count);

/* An advisory whole-file lock (flock). Creates path. Waits up to wait_ms, then
 * VV_ELOCKED. The descriptor, to be given to vv_unlock. */
int vv_lock(const char *path, bool exclusive, unsigned wait_ms, vv_error *err);
void vv_unlock(int fd);

/* Locks the folder of an ended process, which had locked the file `name` in it; release with
 * vv_unlock. VV_ELOCKED: it is in use. VV_ENOTFOUND: it is being made or removed, or does not
 * exist; then no file is created in it. A folder without its lock file for an hour is locked again;
 * an empty one is removed. */
int vv_lock_leftover(const char *folder, const char *name, vv_error *err);

/* vv_remove_tree with the file `name`, which the caller has locked, last: killed before
 * that, it leaves what vv_lock_leftover locks. */
vv_status vv_remove_leftover(const char *folder, const char *name, vv_error *err);

#endif
