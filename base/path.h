/*
 * path: putting paths together and judging names that come from outside.
 */
#ifndef VV_BASE_PATH_H
#define VV_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Does name end with this, and have something before it ("x.lock", ".lock")? */
bool vv_path_ends(const char *name, const char *end);

/* "a/b" from parts, one '/' between; a NULL part ends the list. Owned by the
 * caller (vv_free); NULL when out of memory, or when first is NULL: so was what made it. */
char *vv_path_join(const char *first, ...) __attribute__((sentinel));

/* The part after the last '/', borrowed. */
const char *vv_path_base(const char *path);

/* The folder part as an owned string; "." when there is none. */
char *vv_path_dir(const char *path);

/* The extension without its dot, borrowed; "" when there is none. */
const char *vv_path_ext(const char *path);

/* Makes an absolute, lexically clean path ('.', '..', '//' resolved without
 * asking the file system) of path taken from base. Owned by the caller. */
char *vv_path_absolute(const char *base, const char *path);

/* path relative to the folder root (both absolute and clean, or both of a repository, whose top
 * is ""), borrowed from path; "" when equal; NULL when path is not below root. */
const char *vv_path_below(const char *root, const char *path);

/* Is a repository-relative path one that varve will write to a work tree or use in its own folders?
 * Refused (VV_EREFUSED, the reason in the message): empty, absolute, empty parts, "." and "..",
 * ".git" in any case or with the NTFS and HFS disguises (trailing dots or spaces, "git~1",
 * ignorable code points), backslash, ':' , control bytes, a leading '-' of the whole path, Windows
 * device names, parts that end in a dot or a space (Windows drops it), parts over 255 bytes, the
 * whole over 4096. */
vv_status vv_path_check(const char *path, vv_error *err);
const char *vv_path_fault(const char *path); /* the same reason alone, or NULL */
/* The same for an ordinary file of Git, which may have any name that Git accepts here: refuses only
 * paths out of the work tree or into ".git", and paths that are too long. */
vv_status vv_path_check_plain(const char *path, vv_error *err);

/* Would some file system take this one part of a path, of len bytes, for ".git"? Recognises the
 * disguises of NTFS (trailing dots and spaces, "git~1", streams) and of HFS (ignorable code
 * points); case does not count. */
bool vv_path_is_dot_git(const char *part, size_t len);

/* Shell-like pattern match as in gitignore(5): '*' and '?' stop at '/'; '**' between slashes, or
 * at an end beside one, does not; '[...]' with ranges and the classes of ASCII; a backslash escapes. */
bool vv_path_match(const char *pattern, const char *path);

#endif
