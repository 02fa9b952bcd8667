/*
 * path: joins and splits paths, and checks paths that come from outside.
 */
#ifndef VV_BASE_PATH_H
#define VV_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Returns true if name ends with `end` and is longer than `end`. With the end ".lock", the result is
 * true for "x.lock" and false for ".lock". */
bool vv_path_ends(const char *name, const char *end);

/* Joins the parts of a path with '/'. The last argument is NULL. Skips empty parts, and slashes at the
 * beginning of later parts. The caller frees the path with vv_free. Returns NULL if memory runs out, or
 * if `first` is NULL because an earlier allocation failed. */
char *vv_path_join(const char *first, ...) __attribute__((sentinel));

/* Returns true if path begins at a root, so that the current folder does not matter. No path in a
 * repository is absolute. NULL is not. */
bool vv_path_is_absolute(const char *path);
/* Returns the next absolute folder of *list, the value of PATH, with its length in *len, and moves *list
 * behind it. Skips other folders: an empty one, or ".", is the current folder. NULL: no more. */
const char *vv_path_next_folder(const char **list, size_t *len);

/* Returns the part of path after the last '/', or path itself if it has no '/'. Borrowed from
 * path. */
const char *vv_path_base(const char *path);

/* Returns the folder of path: the part before the last '/', "/" for "/x", and "." if path has no
 * '/'. The caller frees the text with vv_free. NULL: out of memory. */
char *vv_path_dir(const char *path);

/* Returns the extension of path without its dot, borrowed from path; "" if path has no extension. A
 * name such as ".profile" has no extension. */
const char *vv_path_ext(const char *path);

/* Returns a path as a user typed it with '/' between its folders: on Windows, each '\\' becomes '/'. The
 * caller frees the text with vv_free. NULL: out of memory. */
char *vv_path_typed(const char *path);

/* Makes path absolute: a relative path starts at base, an absolute path. Resolves '.', '..' and '//' in
 * the text, without reading the file system. The caller frees the result with vv_free. NULL: out of
 * memory. */
char *vv_path_absolute(const char *base, const char *path);

/* Returns path relative to the folder root, borrowed from path. Returns "" if both are equal, and NULL
 * if path is not below root. root and path are either both absolute and clean, or both relative to the
 * top of a repository; the top is "". */
const char *vv_path_below(const char *root, const char *path);

/* Checks a repository-relative path before varve writes to it in a work tree or in its own folders.
 * VV_EREFUSED, with the reason in the message, if the path
 * - is empty, absolute or longer than 4096 bytes, or begins with '-';
 * - has a backslash, ':' or a control byte;
 * - has a part that is empty, ".", "..", longer than 255 bytes, or a device name of Windows;
 * - has a part that ends in a dot or a space, because Windows drops these characters;
 * - has a part that a file system may read as ".git" (vv_path_is_dot_git). */
vv_status vv_path_check(const char *path, vv_error *err);
/* Returns the reason for which vv_path_check refuses path, a constant; NULL: path is accepted. */
const char *vv_path_fault(const char *path);
/* Returns true if this system lacks names of files that other systems have, as Windows does. */
bool vv_path_lacks_names(void);
/* Returns the reason for which no file of this system has the path, a constant; NULL: one may have it. */
const char *vv_path_lack(const char *path);
/* Checks the path of a file that Git tracks as an ordinary file. Such a path may have bytes and names
 * that vv_path_check refuses for other systems. VV_EREFUSED: path is empty or too long, has an empty
 * part, or leads out of the work tree or into ".git". */
vv_status vv_path_check_plain(const char *path, vv_error *err);

/* Returns true if a file system may read this part of a path, of len bytes, as ".git": in upper or
 * lower case; on NTFS also with trailing dots or spaces, as "git~1", or with the name of a stream;
 * on HFS also with ignorable code points. */
bool vv_path_is_dot_git(const char *part, size_t len);

/* Returns true if the whole path matches the pattern, which has the wildcards of gitignore(5): '*' and
 * '?' do not match '/'. '**' also matches '/' if it is between two slashes, or between a slash and the
 * start or end of the pattern. '[...]' may have ranges and ASCII classes. A backslash escapes the next
 * character. '!' and '/' at the beginning have no special meaning, and a pattern without '/' does not
 * match in folders. */
bool vv_path_match(const char *pattern, const char *path);

#endif
