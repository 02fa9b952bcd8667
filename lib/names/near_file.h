/*
 * near_file: suggests the file that a mistyped name may mean.
 */
#ifndef VV_LIB_NAMES_NEAR_FILE_H
#define VV_LIB_NAMES_NEAR_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Returns the path of a file in a commit that is most similar to path, relative to the repository;
 * NULL if none is similar. commit NULL: searches the index. The caller frees it with vv_free. */
char *vv_near_file(vv_repository *r, const vv_oid *commit, const char *path);

/* Returns true if word is a date that is also the name of a file, such as 2026-10 or monday. Then
 * it means the file. */
bool vv_day_is_file(const char *word);

/* Call with an err that says that word is not a version, if it is not a file of the work tree
 * either. If a tracked file has a similar name, replaces err by an error that suggests it. Returns
 * the status of err. */
vv_status vv_near_file_hint(vv_repository *r, const char *word, vv_error *err);

#endif
