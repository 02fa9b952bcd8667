/*
 * file: reads and writes files and folders, and makes them durable. The calls that change or read
 * content go through vv_sys_ops.
 *
 * The functions retry after EINTR and short transfers. A path is used as given. Functions that open,
 * create, rename or remove the file at a path return VV_ENOMEM if the path is NULL, so that the result
 * of vv_path_join can be passed unchecked; vv_temp_open and vv_new_file_beside do not accept NULL.
 * Functions with both fd and path operate on fd; path is only used in messages, and may be NULL.
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

/* Opens path with O_CLOEXEC added to flags. Returns the descriptor or a negative vv_status. */
int vv_open(const char *path, int flags, mode_t mode, vv_error *err);

/* Opens a regular file for reading, without waiting for the writer of a pipe. Use it in a work
 * tree, which can contain pipes and devices. Returns the descriptor or a negative vv_status.
 * VV_EINPUT: path is not a regular file. VV_EIO, with O_NOFOLLOW in flags: path is a symbolic
 * link. */
int vv_open_regular(const char *path, int flags, vv_error *err);

/* Closes fd. Does nothing if fd is negative. VV_EIO: the close failed, and written bytes may be
 * lost. */
vv_status vv_close(int fd, const char *path, vv_error *err);

/* Closes fd after a step with the status rc. Returns rc if it is an error, else the status of the
 * close. */
vv_status vv_close_after(vv_status rc, int fd, const char *path, vv_error *err);

/* A descriptor that vv_auto(vv_fd) closes. For locks and for files that are only read, because errors of the close are
 * ignored. Initialise it with a descriptor or a negative number. vv_fd_close does nothing if *fd is negative. It sets
 * *fd to -1. */
typedef int vv_fd;
static inline void vv_fd_close(vv_fd *fd)
{
	(void)vv_close(*fd, NULL, NULL);
	*fd = -1;
}
VV_AUTO_CLEAR(vv_fd, vv_fd_close)
/* Returns *fd, which the caller then owns, and sets *fd to -1. */
static inline int vv_fd_take(vv_fd *fd)
{
	const int taken = *fd;

	*fd = -1;
	return taken;
}

/* Reads len bytes into out, or fewer if the file ends. Returns the number of bytes read or a
 * negative vv_status. */
ssize_t vv_read_full(int fd, void *out, size_t len, const char *path, vv_error *err);

/* Reads 1 to len bytes into out with one read(), which waits until a byte is available. Returns the
 * number of bytes read, 0 at the end of the file, or a negative vv_status. */
ssize_t vv_read_some(int fd, void *out, size_t len, const char *path, vv_error *err);

/* Reads like vv_read_full, but at offset, and does not move the file position. */
ssize_t vv_pread_full(int fd, void *out, size_t len, uint64_t offset, const char *path,
		      vv_error *err);

/* Reads fd from its current position to its end, and adds the bytes to hash. Sets *len to the
 * number of bytes. */
vv_status vv_hash_rest(vv_xxh3_state *hash, uint64_t *len, int fd, const char *path, vv_error *err);

/* Writes all len bytes to fd. */
vv_status vv_write_full(int fd, const void *bytes, size_t len, const char *path, vv_error *err);

/* Waits until the content of fd is on the disk (vv_os_durable). */
vv_status vv_fsync(int fd, const char *path, vv_error *err);
vv_status vv_fsync_path(const char *path, vv_error *err); /* path: a file or a folder */
/* Waits until the entries of the folder path are on the disk. */
vv_status vv_fsync_dir(const char *path, vv_error *err);
/* Renames a file or folder. Replaces an existing file `to`, unless `from` is a folder. Replaces an
 * existing empty folder `to`, also if `from` is a file (which rename() refuses). */
vv_status vv_rename(const char *from, const char *to, vv_error *err);
/* Removes the file path. missing_ok: returns VV_OK if path does not exist. */
vv_status vv_unlink(const char *path, bool missing_ok, vv_error *err);

/* Creates the folder path and missing folders above it, as mkdir -p does, with mode 0777 &
 * ~umask. */
vv_status vv_mkdirs(const char *path, vv_error *err);

/* Creates the missing folders above path. */
vv_status vv_mkdirs_above(const char *path, vv_error *err);

/* Removes the file path, or the folder path with its content. Does not follow symbolic links.
 * Returns VV_OK if path does not exist. */
vv_status vv_remove_tree(const char *path, vv_error *err);

/* Appends the content of the file path to out. On failure, out has the content that it had before.
 * VV_EREFUSED: the file has more than max bytes. */
vv_status vv_read_file(vv_buf *out, const char *path, size_t max, vv_error *err);

/* Like vv_read_file, but opens path with vv_open_regular. Use it in a work tree. VV_EINPUT: path is
 * not a regular file. */
vv_status vv_read_regular(vv_buf *out, const char *path, size_t max, vv_error *err);

/* Appends everything that can still be read from fd to out. path: for messages. VV_EREFUSED: this is
 * more than max bytes. On failure, out has a part of it. */
vv_status vv_read_rest(vv_buf *out, int fd, const char *path, size_t max, vv_error *err);

#define VV_WRITE_TEMP ".varve-tmp-" /* prefix of vv_write_file's temporary files */

/* Replaces the content of path with len bytes: writes a temporary file in the same folder and
 * renames it to path. Keeps the permissions of a replaced file. Replaces a symbolic link, without
 * following it. If durable, fsyncs the file and its folder, and calls vv_temp_sweep for the folder.
 * On failure, the temporary file is removed, and path is unchanged, unless only the fsync of the
 * folder failed. */
vv_status vv_write_file(const char *path, const void *bytes, size_t len, bool durable,
			vv_error *err);
/* A function that is called with the path of a temporary file before the file is renamed. */
typedef vv_status (*vv_before_fn)(void *payload, const char *temp, vv_error *err);

/* Like vv_write_file, but with the temporary file in temp_dir, which must be on the file system of
 * path. If temp_dir is NULL, the temporary file is in the folder of path. Calls `before` after the
 * temporary file is written and before it is renamed. If `before` fails, path is unchanged. */
vv_status vv_write_file_after(const char *path, const char *temp_dir, const void *bytes, size_t len,
			      bool durable, vv_before_fn before, void *payload, vv_error *err);

/* Like vv_write_file with durable, but fsyncs only the file, and does not call vv_temp_sweep. The
 * caller fsyncs the folder once for several files. */
vv_status vv_write_file_synced(const char *path, const void *bytes, size_t len, vv_error *err);

/* Creates a file "<dir>/<prefix><name>" with mode 0666 & ~umask, and opens it for reading and
 * writing. The name is unique and identifies this process (base/holder.h). Sets *path_out to the
 * file's path, which the caller frees with vv_free. Returns the descriptor or a negative vv_status.
 * VV_ENOTFOUND: the folder dir does not exist. */
int vv_temp_open(char **path_out, const char *dir, const char *prefix, vv_error *err);

/* Like vv_temp_open, but unlinks the file at once, so that it disappears with the process. If dir
 * is NULL, the folder is TMPDIR, or /tmp if TMPDIR is not set or empty. Sets *path_out to the former
 * path, for messages; the caller frees it. Also calls vv_temp_sweep for the folder. */
int vv_temp_open_unlinked(char **path_out, const char *dir, const char *prefix, vv_error *err);

/* A new file that has a temporary name until it is complete. Initialise it with {0}. A correct caller
 * creates the file with vv_new_file_open or vv_new_file_beside, writes it with vv_new_file_put, ends
 * it with vv_new_file_end, and gives it its final name with vv_new_file_place. In any case, it calls
 * vv_new_file_clear, which removes a file that was not placed. */
typedef struct vv_new_file {
	int fd;     /* open until vv_new_file_end; then -1 */
	char *temp; /* temporary path; NULL: not created yet, or already placed */
	/* name of the file in messages, borrowed; if NULL at vv_new_file_open, set to temp */
	const char *name;
} vv_new_file;

/* Creates the file in dir, as vv_temp_open does. VV_ENOMEM: dir is NULL, or out of memory. */
vv_status vv_new_file_open(vv_new_file *f, const char *dir, const char *prefix, vv_error *err);
/* Creates the file in the folder of path, after a call of vv_temp_sweep for this folder. Borrows path
 * until vv_new_file_clear. VV_EINPUT: path exists and is not a regular file. */
vv_status vv_new_file_beside(vv_new_file *f, const char *path, const char *prefix, vv_error *err);
/* Writes len bytes to `file`, a vv_new_file; usable as a vv_bytes_fn. */
vv_status vv_new_file_put(void *file, const void *bytes, size_t len, vv_error *err);
/* Sets the permissions of the file to those of mode, an st_mode. */
vv_status vv_new_file_mode(const vv_new_file *f, uint32_t mode, vv_error *err);
/* Closes the file after the last byte. If durable, fsyncs the file first. */
vv_status vv_new_file_end(vv_new_file *f, bool durable, vv_error *err);
/* Renames the file to path, as vv_rename does. */
vv_status vv_new_file_place(vv_new_file *f, const char *path, vv_error *err);
/* Removes the file unless it was placed, closes it, and frees memory. */
void vv_new_file_clear(vv_new_file *f);
VV_AUTO_CLEAR(vv_new_file, vv_new_file_clear)

/* Removes the folder of path if it is empty, then its parent folder, and so on. Stops at the first
 * folder that is not empty, has a path of at most `least` bytes, or has the path `except`. except
 * may be NULL. */
void vv_remove_empty_above(const char *path, size_t least, const char *except);

/* Removes leftover temporary files and folders from dir: those named "<prefix><name>", with a name of
 * vv_temp_name, whose process has certainly ended or that are older than a day. Ignores failures. */
void vv_temp_sweep(const char *dir, const char *prefix);

/* The metadata of a file from lstat() or fstat(). If the file's content changes, at least one
 * member usually changes (vv_stat_wait). */
typedef struct vv_stat {
	uint64_t size;
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec;
	uint64_t ino, dev;
	uint32_t mode; /* st_mode */
	uint32_t uid, gid;
} vv_stat;

/* Reads the metadata of path with lstat(). VV_ENOTFOUND: path does not exist. */
vv_status vv_lstat(vv_stat *out, const char *path, vv_error *err);
/* Like vv_lstat, for a path relative to dir, the descriptor of a folder. If above is NULL, symbolic
 * links among the folders of path are followed. Otherwise, returns VV_ENOTFOUND if a folder in path
 * is a symbolic link; above caches the last checked folder: pass an empty buffer in the first call,
 * and the same buffer in further calls. */
vv_status vv_lstat_at(vv_stat *out, int dir, const char *path, vv_buf *above, vv_error *err);
/* Checks that no folder in `name`, a path relative to the folder top, is a symbolic link. Does not
 * check top and the last part of name. VV_EIO: a folder is a symbolic link; the message has its
 * path. */
vv_status vv_has_no_link(const char *top, const char *name, vv_error *err);
/* Reads the metadata of the open file fd. */
vv_status vv_fstat(vv_stat *out, int fd, const char *path, vv_error *err);
/* Returns true if all members of a and b are equal, apart from uid, gid and the permission bits of
 * mode. */
bool vv_stat_equal(const vv_stat *a, const vv_stat *b);
/* Waits until the clock of file times has advanced past the times of st, so that a write after the
 * call changes the file's times. Call this after reading the stat, and before reading the file.
 * Waits at most 20 ms. Returns false if the clock may not have advanced: the file's time is in the
 * future, or the file system records whole seconds and the file is less than two seconds old. */
bool vv_stat_wait(const vv_stat *st);
bool vv_exists(const char *path);    /* true if lstat() succeeds; false if path is NULL */
bool vv_is_folder(const char *path); /* true also for a link to a folder */

/* A list of strings, which the list owns. Initialise with {0}. */
typedef struct vv_string_list {
	char **items;
	size_t count, cap;
} vv_string_list;
/* Adds take_name, and takes ownership of take_name, also on failure. VV_ENOMEM: take_name is NULL,
 * or out of memory. */
vv_status vv_string_list_add(vv_string_list *list, char *take_name, vv_error *err);
void vv_string_list_clear(vv_string_list *list);
VV_AUTO_CLEAR(vv_string_list, vv_string_list_clear)

/* The kind of a folder's entry. VV_ENTRY_UNKNOWN: the file system does not report kinds; use
 * vv_lstat. */
typedef enum vv_entry_kind {
	VV_ENTRY_UNKNOWN,
	VV_ENTRY_FILE,
	VV_ENTRY_LINK,
	VV_ENTRY_FOLDER,
	VV_ENTRY_OTHER
} vv_entry_kind;

/* An iterator over the entries of a folder except "." and "..", sorted bytewise by name. All names are
 * read before the first entry is returned:
 *
 * 	vv_auto(vv_folder) f = {0};
 * 	if ((rc = vv_folder_read(&f, dir, false, err)) < 0) {
 * 		return rc;
 * 	}
 * 	while (vv_folder_next(&f)) ... f.name, f.path ...
 */
typedef struct vv_folder {
	/* name and path ("<dir>/<name>") of the current entry; valid until the next call of
	 * vv_folder_next */
	const char *name, *path;
	vv_entry_kind kind;   /* kind of the current entry, as reported by readdir() */
	vv_string_list names; /* all names, each with a letter for its kind in front */
	size_t next, dir_len;
	vv_buf joined;
} vv_folder;
/* Reads the entries of the folder dir. On failure, *out has no entries. VV_ENOTFOUND: dir does not
 * exist or is not a folder; with missing_ok, the result is then VV_OK, without entries. */
vv_status vv_folder_read(vv_folder *out, const char *dir, bool missing_ok, vv_error *err);
/* Sets f's kind, name and path to the next entry. Returns false after the last entry. */
bool vv_folder_next(vv_folder *f);
void vv_folder_clear(vv_folder *f);
VV_AUTO_CLEAR(vv_folder, vv_folder_clear)

/* Lists the names of the entries of the folder path in the order of vv_folder. *names: an array of
 * *count strings, which the caller frees with vv_names_free. */
vv_status vv_list_dir(char ***names, size_t *count, const char *path, vv_error *err);
void vv_names_free(char **names, size_t count);

/* Adds the advice to move the folder away to *err, the failure rc of an operation on path, a file of
 * varve's own, if path is a folder. path may be NULL. Returns rc. */
vv_status vv_hint_folder(vv_status rc, const char *path, vv_error *err);

/* Removes the folder as vv_remove_tree does, but removes the file `name` in it last. The caller must
 * have locked this file (vv_lock_leftover). If the process is killed during the removal, another
 * process can still lock the rest of the folder with vv_lock_leftover. */
vv_status vv_remove_leftover(const char *folder, const char *name, vv_error *err);

#endif
