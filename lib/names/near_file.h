/*
 * near_file: suggests the file that a mistyped name may mean.
 */
#ifndef VV_LIB_NAMES_NEAR_FILE_H
#define VV_LIB_NAMES_NEAR_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Searches the files of *commit, or of the index if commit is NULL, for the path that is most
 * similar to `path`, but differs from it. Returns that path, relative to the repository, which the
 * caller frees with vv_free. Returns NULL if no path is similar, or after a failure. */
char *vv_near_file(vv_repository *r, const vv_oid *commit, const char *path);

/* Returns true if word is a date, such as 2026-10 or monday, and a file with this path exists. Such
 * a word means the file. */
bool vv_day_is_file(const char *word);

/* If word is FILE@REV, as other programs name a version of a file, and REV is a version, hints at REV,
 * `between` and FILE, and returns true. */
bool vv_file_at_hint(vv_repository *r, const char *word, const char *between, vv_error *err);

/* Improves the error *err. The caller calls this if *err (VV_ENOTFOUND) reports that word is not a
 * version, and the work tree has no file with this name. If a tracked file has a similar name,
 * replaces *err with an error that suggests the file, and for FILE@REV REV and file. If no tracked file has a similar name,
 * replaces *err with the error "no version or file is named", but only if command is not NULL and
 * *err does not suggest a ref. In a bare repository, for a date and for a range ("..") leaves *err
 * unchanged. err must not be NULL.
 * command: the running command; the hint then also shows how to pass word as a path (after "--");
 * NULL: the hint does not. Returns the status of *err. */
vv_status vv_near_file_hint(vv_repository *r, const char *word, const char *command, vv_error *err);

#endif
