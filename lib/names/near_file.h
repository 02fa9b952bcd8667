/*
 * near_file: suggests the file that a mistyped name may mean.
 */
#ifndef VV_LIB_NAMES_NEAR_FILE_H
#define VV_LIB_NAMES_NEAR_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Finds the file of a commit whose path is most similar to `path`. Returns its path, relative to
 * the repository, which the caller frees with vv_free; NULL if no path is similar. commit NULL:
 * searches the index. */
char *vv_near_file(vv_repository *r, const vv_oid *commit, const char *path);

/* Returns true if word is a date, such as 2026-10 or monday, that is also the name of a file. Such
 * a word means the file. */
bool vv_day_is_file(const char *word);

/* Call this if *err reports that word is not a version, and word is not a file of the work tree
 * either. If a tracked file has a similar name, replaces *err by an error that suggests the file.
 * command: the command whose hint says that a path without a file follows "--"; or NULL.
 * Returns the status of *err. */
vv_status vv_near_file_hint(vv_repository *r, const char *word, const char *command, vv_error *err);

#endif
